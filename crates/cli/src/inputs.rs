//! What to read: what was named, and lists of names.

use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::Context;
use retold_corpus::Input;

use crate::input_args::InputArgs;

/// Everything that the user named.
pub fn inputs(args: &InputArgs) -> anyhow::Result<Vec<Input>> {
    let mut inputs: Vec<_> = args.inputs.iter().map(|input| Input::parse(input)).collect();
    if args.stdin0 || args.files_from.as_deref() == Some(Path::new("-")) {
        inputs.extend(Input::list(io::stdin()).context("cannot read the list of inputs")?);
    } else if let Some(list) = &args.files_from {
        let cannot = || format!("cannot read the list of inputs {}", list.display());
        let file = File::open(list).with_context(cannot)?;
        inputs.extend(Input::list(file).with_context(cannot)?);
    }
    Ok(inputs)
}
