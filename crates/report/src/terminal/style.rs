//! What the terminal can do.

/// What the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to write colours.
    pub color: bool,
    /// Columns; less than 20 is taken as 20.
    pub width: usize,
    /// Whether file names link to their files (OSC 8).
    pub hyperlinks: bool,
}

impl Default for Style {
    /// 80 columns, nothing but text: fit for a pipe.
    fn default() -> Self {
        Self { color: false, width: 80, hyperlinks: false }
    }
}
