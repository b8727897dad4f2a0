//! Articles that their publishers take back are withdrawn as their notices come.

use retold::Cancel;
use retold_archive::{Archive, Canceled, Error};
use retold_report::printable::one_line;
use retold_report::quantity;

/// Withdraws them, and gives a line for each that says what is derived from it.
pub fn withdraw(
    canceled: &[Canceled],
    archive: &mut Archive,
    cancel: &Cancel,
) -> Result<Vec<String>, Error> {
    let derived = archive.withdraw_canceled(canceled, cancel)?;
    let line = |(Canceled { id, .. }, derived): (&Canceled, &Vec<_>)| {
        let id = one_line(id);
        let derived = quantity::counted(derived.len() as u64, "article");
        format!(
            "{id} was canceled by its publisher and is withdrawn; {derived} derived from it \
             (`retold archive kill` lists them)"
        )
    };
    Ok(canceled.iter().zip(&derived).map(line).collect())
}
