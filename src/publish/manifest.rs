//! manifest.json: what went in, by which rules, and what came out. No clock time: the same input gives the same bytes.

use super::{Edition, Folder};
use serde_json::{Map, Value, json};

/// Hashes of inputs, rulebook and outputs.
pub(super) fn manifest(edition: &Edition<'_>, folder: &Folder) -> Vec<u8> {
    let inputs: Map<String, Value> = edition
        .inputs
        .iter()
        .zip(&edition.collation.outcomes)
        .map(|(input, outcome)| (input.name.clone(), Value::String(outcome.sha256.clone())))
        .collect();
    let rulebook: Map<String, Value> =
        edition.library.hashes.iter().map(|(name, hash)| (name.clone(), Value::String(hash.clone()))).collect();
    let outputs: Map<String, Value> =
        folder.hashes().iter().map(|(name, hash)| (name.clone(), Value::String(hash.clone()))).collect();
    let manifest = json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "year": edition.year,
        "roster": edition.roster_hash,
        "decisions": edition.decisions_hash,
        "inputs": inputs,
        "rulebook": rulebook,
        "outputs": outputs,
    });
    let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}
