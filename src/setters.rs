//! Setters of settings, all of one form.

/// Methods that set a field each and hand the whole on: `Config::default().lanes(256).seed(2)`.
macro_rules! setters {
    ($($field:ident: $type:ty,)*) => {$(
        #[doc = concat!(
            "Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ")."
        )]
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = $field;
            self
        }
    )*};
}

pub(crate) use setters;
