//! The container: parts by name, read when asked for, copied as they are when not changed.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use crate::read::{Archive, Limits, Refusal, guard};

use super::Obstacle;

/// An xlsx package, and what is to be different in its copy.
pub(super) struct Package<'a> {
    archive: Archive<'a>,
    /// Where a part stands, by its name as names are compared.
    places: BTreeMap<String, usize>,
    changed: BTreeMap<usize, String>,
    /// New parts by name; the copy has them last, in order of their making.
    added: Vec<(String, String)>,
    part_bytes: u64,
}

impl<'a> Package<'a> {
    /// Opens a container within `limits`.
    ///
    /// # Errors
    /// What is no container, is encrypted or would inflate too far; and signed packages, whose
    /// signatures no copy can keep.
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Obstacle> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Obstacle::Unread(Refusal::Truncated))?;
        guard(&archive, limits).map_err(Obstacle::Unread)?;
        let mut places = BTreeMap::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index).map_err(|_| Obstacle::Broken("container"))?;
            places.insert(comparable(&String::from_utf8_lossy(entry.name_raw())), index);
        }
        if places.keys().any(|name| name.starts_with("_xmlsignatures/")) {
            return Err(Obstacle::Signed);
        }
        Ok(Self { archive, places, changed: BTreeMap::new(), added: Vec::new(), part_bytes: limits.inflated_bytes })
    }

    /// A part as it is by now; none if there is no such part.
    ///
    /// # Errors
    /// A part that cannot be inflated or is no UTF-8.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Obstacle> {
        let Some(&index) = self.places.get(&comparable(name)) else {
            let added = self.added.iter().find(|(other, _)| comparable(other) == comparable(name));
            return Ok(added.map(|(_, text)| text.clone()));
        };
        if let Some(text) = self.changed.get(&index) {
            return Ok(Some(text.clone()));
        }
        let part = self.archive.by_index(index).map_err(|_| Obstacle::Broken("container"))?;
        let mut bytes = Vec::new();
        part.take(self.part_bytes).read_to_end(&mut bytes).map_err(|_| Obstacle::Broken("container"))?;
        String::from_utf8(bytes).map(Some).map_err(|_| Obstacle::Broken("encoding"))
    }

    /// A part that the package must have.
    ///
    /// # Errors
    /// As [`Self::text`], and if there is none.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Obstacle> {
        self.text(name)?.ok_or(Obstacle::Broken("missing part"))
    }

    /// Gives the copy a part of this name, instead of the one that there may be.
    pub(super) fn put(&mut self, name: &str, text: String) {
        if let Some(&index) = self.places.get(&comparable(name)) {
            self.changed.insert(index, text);
        } else if let Some(added) = self.added.iter_mut().find(|(other, _)| comparable(other) == comparable(name)) {
            added.1 = text;
        } else {
            self.added.push((name.to_owned(), text));
        }
    }

    /// A name that no part has: `stem`, the lowest free number, `ending`.
    pub(super) fn free_name(&self, stem: &str, ending: &str) -> String {
        let mut number = 1_usize;
        loop {
            let name = format!("{stem}{number}{ending}");
            let is_added = self.added.iter().any(|(other, _)| comparable(other) == comparable(&name));
            if !is_added && !self.places.contains_key(&comparable(&name)) {
                return name;
            }
            number += 1;
        }
    }

    /// The copy: parts in their order, unchanged ones with their compressed bytes, no clock.
    ///
    /// # Errors
    /// A container that lies about its parts.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Obstacle> {
        let options = SimpleFileOptions::default().last_modified_time(DateTime::DEFAULT);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..self.archive.len() {
            let raw = self.archive.by_index_raw(index).map_err(|_| Obstacle::Broken("container"))?;
            let Some(text) = self.changed.get(&index) else {
                writer.raw_copy_file(raw).map_err(|_| Obstacle::Broken("container"))?;
                continue;
            };
            let name = raw.name().map_err(|_| Obstacle::Broken("container"))?.into_owned();
            drop(raw);
            write(&mut writer, &name, text, options)?;
        }
        for (name, text) in &self.added {
            write(&mut writer, name, text, options)?;
        }
        Ok(writer.finish().map_err(|_| Obstacle::Broken("container"))?.into_inner())
    }
}

fn write(
    writer: &mut ZipWriter<Cursor<Vec<u8>>>,
    name: &str,
    text: &str,
    options: SimpleFileOptions,
) -> Result<(), Obstacle> {
    writer.start_file(name, options).map_err(|_| Obstacle::Broken("container"))?;
    writer.write_all(text.as_bytes()).map_err(|_| Obstacle::Broken("container"))
}

/// Names of parts are compared without case, and some writers use backslashes.
fn comparable(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}
