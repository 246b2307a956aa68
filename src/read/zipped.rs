//! Bounds what a zip container may cost before any decoder touches it.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Limits, Refusal, damaged};

/// A zip container over borrowed bytes.
pub(crate) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Refuses encrypted containers and zip bombs, by the sizes the central directory declares.
///
/// A directory can lie, but not to any effect: the zip reader fails as soon as a part yields
/// more than it declared, so the declared sizes bound what inflating can cost.
pub(crate) fn guard(archive: &Archive<'_>, limits: &Limits) -> Result<(), Refusal> {
    let mut declared = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(damaged)?;
        if entry.encrypted() {
            return Err(Refusal::Encrypted);
        }
        declared = declared.saturating_add(entry.size());
    }
    if declared > limits.inflated_bytes {
        return Err(Refusal::TooLarge("inflated_bytes"));
    }
    Ok(())
}

/// One part as text, at most `limit` bytes of it; `None` if the container has no such part.
pub(super) fn part_text(archive: &mut Archive<'_>, name: &str, limit: u64) -> Result<Option<String>, Refusal> {
    let part = match archive.by_name(name) {
        Ok(part) => part,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(damaged(error)),
    };
    let mut bytes = Vec::new();
    part.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge("inflated_bytes"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| Refusal::Damaged("part is not utf-8".to_owned()))
}
