//! Zip archives of returns: which files are in them, and the bytes of each.
//!
//! An archive is known by its content; workbooks and documents are zip containers too and are left to their readers. Its
//! files are read one at a time; an archive inside is opened, one inside that is not.

mod names;

use super::{ArchiveFault, Limits, Refusal, ascii_detail, sniff};
use names::RawName;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// The flag of an entry whose name is UTF-8 (APPNOTE 4.4.4, bit 11).
const UTF8_NAME: u16 = 1 << 11;
/// Smaller parts may be compressed as much as they like: blank forms are.
const SUSPICIOUS_BYTES: u64 = 8 << 20;
/// Larger ones that come from less than this part of their size are no returns.
const LARGEST_RATIO: u64 = 200;

/// Where an entry is: in the archive itself, or in an archive that is an entry of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// Place in the outer archive.
    pub outer: usize,
    /// Place in the archive that the outer entry is.
    pub inner: Option<usize>,
}

/// Something in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its path below the archive, with `/`.
    pub name: String,
    /// What it is.
    pub found: Found,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A file to be read.
    File(EntryPlace),
    /// An archive, whose files are listed behind it.
    Archive(EntryPlace),
    /// Something that is not to be read.
    Refused(Refusal),
}

trait Container: Read + Seek {}
impl<T: Read + Seek> Container for T {}
type Zip = ZipArchive<Box<dyn Container>>;

/// The files of an archive; none if the file is no archive, or none that can be opened: then it is read like any other,
/// and refused for what is wrong with it.
#[must_use]
pub(crate) fn list(path: &Path, limits: &Limits) -> Option<Result<Vec<Listed>, Refusal>> {
    catch_unwind(|| list_here(path, limits)).unwrap_or(Some(Err(Refusal::Panicked)))
}

fn list_here(path: &Path, limits: &Limits) -> Option<Result<Vec<Listed>, Refusal>> {
    // Opening a FIFO would block for ever.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut head = Vec::with_capacity(sniff::ZIP_HEAD);
    Read::by_ref(&mut file).take(sniff::ZIP_HEAD as u64).read_to_end(&mut head).ok()?;
    if !sniff::may_be_archive(&head) {
        return None;
    }
    let mut archive: Zip = ZipArchive::new(Box::new(BufReader::new(file)) as Box<dyn Container>).ok()?;
    if is_document(&archive) {
        return None;
    }
    let mut lister = Lister { limits, entries: 0, bytes: 0, listed: Vec::new(), taken: BTreeSet::new() };
    Some(lister.walk(&mut archive, "", None).map(|()| lister.listed))
}

/// The bytes of an entry.
///
/// # Errors
/// When it cannot be read or is larger than a file may be.
pub(crate) fn read_entry(path: &Path, place: EntryPlace, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    catch_unwind(AssertUnwindSafe(|| read_here(path, place, limits))).unwrap_or(Err(Refusal::Panicked))
}

thread_local! {
    /// The archive that this thread opened last: files of one archive mostly come one after the other.
    static LAST: RefCell<Option<(PathBuf, Option<usize>, Zip)>> = const { RefCell::new(None) };
}

fn read_here(path: &Path, place: EntryPlace, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let (outer, index) = match place.inner {
        None => (None, place.outer),
        Some(inner) => (Some(place.outer), inner),
    };
    let last = LAST.take().filter(|(of, within, _)| of == path && *within == outer);
    let mut archive = match last {
        Some((_, _, archive)) => archive,
        None => open(path, outer, limits)?,
    };
    let bytes = entry_bytes(&mut archive, index, limits);
    LAST.set(Some((path.to_owned(), outer, archive)));
    bytes
}

fn open(path: &Path, outer: Option<usize>, limits: &Limits) -> Result<Zip, Refusal> {
    let file = File::open(path).map_err(|error| super::io_refusal(&error))?;
    let mut archive: Zip = ZipArchive::new(Box::new(BufReader::new(file)) as Box<dyn Container>).map_err(refusal)?;
    let Some(outer) = outer else { return Ok(archive) };
    open_bytes(entry_bytes(&mut archive, outer, limits)?)
}

fn open_bytes(bytes: Vec<u8>) -> Result<Zip, Refusal> {
    ZipArchive::new(Box::new(Cursor::new(bytes)) as Box<dyn Container>).map_err(refusal)
}

fn entry_bytes(archive: &mut Zip, index: usize, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let entry = archive.by_index(index).map_err(refusal)?;
    let mut bytes = Vec::new();
    entry.take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(super::damaged)?;
    if bytes.len() as u64 > limits.file_bytes { Err(Refusal::TooLarge("file_bytes")) } else { Ok(bytes) }
}

fn is_document(archive: &Zip) -> bool {
    sniff::is_document(archive.file_names_raw())
}

fn refusal(error: ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Refusal::Archive(ArchiveFault::Method)
        }
        ZipError::InvalidPassword => Refusal::Archive(ArchiveFault::Encrypted),
        error => Refusal::Damaged(ascii_detail(error)),
    }
}

struct Lister<'l> {
    limits: &'l Limits,
    /// Entries and bytes so far, archives inside included.
    entries: usize,
    bytes: u64,
    listed: Vec<Listed>,
    taken: BTreeSet<String>,
}

impl Lister<'_> {
    /// Lists an archive's files under `prefix`; `outer` is its place, if it is itself in one.
    fn walk(&mut self, archive: &mut Zip, prefix: &str, outer: Option<usize>) -> Result<(), Refusal> {
        // Which of two files of one name is meant is for the sender to say.
        if archive.has_duplicate_names() {
            return Err(Refusal::Archive(ArchiveFault::Duplicates));
        }
        self.entries = self.entries.saturating_add(archive.len());
        if self.entries > self.limits.archive_entries {
            return Err(Refusal::TooLarge("archive_entries"));
        }
        let mut entries = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index).map_err(refusal)?;
            self.bytes = self.bytes.saturating_add(entry.size());
            let is_utf8 = entry.flags().as_u16() & UTF8_NAME != 0;
            let fault = self.fault(entry.size(), entry.compressed_size(), entry.encrypted(), entry.is_symlink());
            entries.push((entry.name_raw().to_vec(), is_utf8, entry.is_dir(), fault));
        }
        if self.bytes > self.limits.archive_bytes {
            return Err(Refusal::TooLarge("archive_bytes"));
        }
        let raw: Vec<RawName<'_>> =
            entries.iter().map(|(bytes, is_utf8, ..)| RawName { bytes, is_utf8: *is_utf8 }).collect();
        let names = names::decode(&raw);
        let before = self.listed.len();
        for (index, (name, (_, _, is_folder, fault))) in names.iter().zip(&entries).enumerate() {
            if !is_folder {
                self.entry(archive, index, prefix, outer, name, fault.clone());
            }
        }
        if self.listed.len() == before { Err(Refusal::Archive(ArchiveFault::Empty)) } else { Ok(()) }
    }

    /// Why an entry is not even looked at, by what the directory says of it.
    fn fault(&self, size: u64, compressed: u64, encrypted: bool, is_link: bool) -> Option<Refusal> {
        if encrypted {
            Some(Refusal::Archive(ArchiveFault::Encrypted))
        } else if is_link {
            Some(Refusal::Archive(ArchiveFault::Path))
        } else if size > self.limits.file_bytes {
            Some(Refusal::TooLarge("file_bytes"))
        } else if size > SUSPICIOUS_BYTES && size / LARGEST_RATIO > compressed {
            Some(Refusal::TooLarge("archive_ratio"))
        } else {
            None
        }
    }

    fn entry(
        &mut self,
        archive: &mut Zip,
        index: usize,
        prefix: &str,
        outer: Option<usize>,
        name: &str,
        fault: Option<Refusal>,
    ) {
        let place = match outer {
            None => EntryPlace { outer: index, inner: None },
            Some(outer) => EntryPlace { outer, inner: Some(index) },
        };
        let Some(path) = names::below(name) else {
            let name = self.unique(format!("{prefix}{}", names::harmless(name)));
            self.listed.push(Listed { name, found: Found::Refused(Refusal::Archive(ArchiveFault::Path)) });
            return;
        };
        let name = self.unique(format!("{prefix}{path}"));
        if let Some(fault) = fault {
            self.listed.push(Listed { name, found: Found::Refused(fault) });
            return;
        }
        let inside = match self.archive_inside(archive, index) {
            Ok(inside) => inside,
            Err(refusal) => {
                self.listed.push(Listed { name, found: Found::Refused(refusal) });
                return;
            }
        };
        let Some(mut inside) = inside else {
            self.listed.push(Listed { name, found: Found::File(place) });
            return;
        };
        if outer.is_some() {
            self.listed.push(Listed { name, found: Found::Refused(Refusal::Archive(ArchiveFault::Nested)) });
            return;
        }
        let at = self.listed.len();
        self.listed.push(Listed { name: name.clone(), found: Found::Archive(place) });
        if let Err(refusal) = self.walk(&mut inside, &format!("{name}/"), Some(index)) {
            self.listed.truncate(at);
            self.listed.push(Listed { name, found: Found::Refused(refusal) });
        }
    }

    /// The archive that an entry is, if it is one.
    fn archive_inside(&self, archive: &mut Zip, index: usize) -> Result<Option<Zip>, Refusal> {
        let mut head = Vec::with_capacity(sniff::ZIP_HEAD);
        let entry = archive.by_index(index).map_err(refusal)?;
        // What is damaged is told when it is read as a whole.
        let _ = entry.take(sniff::ZIP_HEAD as u64).read_to_end(&mut head);
        if !sniff::may_be_archive(&head) {
            return Ok(None);
        }
        let bytes = entry_bytes(archive, index, self.limits)?;
        Ok(open_bytes(bytes).ok().filter(|inside| !is_document(inside)))
    }

    fn unique(&mut self, name: String) -> String {
        let mut unique = name.clone();
        for number in 2.. {
            if self.taken.insert(unique.clone()) {
                break;
            }
            unique = format!("{name} ({number})");
        }
        unique
    }
}
