//! The inside of the library, for the benches, tests and tools of this repository.
//!
//! Nothing here is promised: any version may change it. Modules are called as in the source.
#![allow(missing_docs)]

/// Public twins of modules that are private otherwise.
macro_rules! twins {
    ($($parent:ident: $($module:ident)*;)*) => {$(
        pub mod $parent {
            $(pub mod $module {
                pub use crate::$parent::$module::*;
            })*
        }
    )*};
}

twins! {
    align: candidate evidence facts features linker links model passages runs short weights;
    text: hash hashes;
}
