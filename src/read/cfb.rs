//! OLE2 compound files: what streams they hold, and the bytes of one stream.
//!
//! The xls decoder follows sector chains without looking for cycles and sizes its tables from
//! unchecked records; a damaged file could make it loop for ever or exhaust memory, which no
//! `catch_unwind` contains. So every chain it will follow is walked here first.

use super::Refusal;

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const FREE_OR_SPECIAL: u32 = 0xFFFF_FFFA;
/// Streams shorter than this live in the mini stream.
const MINI_CUTOFF: usize = 4096;
const MINI_SECTOR: usize = 64;

struct Entry {
    name: String,
    start: u32,
    length: usize,
    left: u32,
    right: u32,
    child: u32,
}

impl Entry {
    fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// An opened compound file.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
    root: Vec<usize>,
}

impl<'a> Compound<'a> {
    /// Opens the directory and checks every chain needed to reach the streams.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Refusal> {
        if bytes.len() < 512 {
            return Err(Refusal::Truncated);
        }
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return Err(Refusal::Damaged("ole sector size".to_owned())),
        };
        let mut compound = Self {
            bytes,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            entries: Vec::new(),
            root: Vec::new(),
        };
        compound.load_fat()?;
        let directory = compound.chain(u32_at(bytes, 48)?, usize::MAX)?;
        compound.entries = directory.as_chunks::<128>().0.iter().map(|e| entry(e, sector)).collect();
        let root = compound.entries.first().ok_or(Refusal::Truncated)?;
        let (root_start, root_length) = (root.start, root.length);
        let mini_fat_sectors = u32_at(bytes, 64)? as usize;
        if mini_fat_sectors > 0 {
            compound.mini_stream = compound.chain(root_start, root_length)?;
            let length = mini_fat_sectors.saturating_mul(sector);
            let table = compound.chain(u32_at(bytes, 60)?, length)?;
            compound.mini_fat = words(&table).collect();
        }
        compound.root = compound.root_entries();
        Ok(compound)
    }

    /// Whether the root holds a stream or storage of that name. An object embedded in the file
    /// is a storage with streams of its own, and says nothing about the file.
    pub(super) fn has(&self, name: &str) -> bool {
        self.root.iter().filter_map(|&i| self.entries.get(i)).any(|e| e.is_called(name))
    }

    /// A stream's bytes; `Truncated` when the file ends before the stream does.
    pub(super) fn stream(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        let first = self.entries.iter().position(|e| e.is_called(name));
        let index = first.ok_or(Refusal::Truncated)?;
        let entry = self.entries.get(index).ok_or(Refusal::Truncated)?;
        // The decoder takes the first entry of that name, wherever it is.
        if !self.root.contains(&index) {
            return Err(Refusal::Damaged("embedded workbook precedes".to_owned()));
        }
        let data = if entry.length < MINI_CUTOFF {
            walk(&self.mini_stream, MINI_SECTOR, 0, &self.mini_fat, entry.start, entry.length)?
        } else {
            self.chain(entry.start, entry.length)?
        };
        if data.len() < entry.length {
            return Err(Refusal::Truncated);
        }
        Ok(data)
    }

    /// Indices of the root's own entries, by walking the directory tree.
    fn root_entries(&self) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open: Vec<u32> = self.entries.first().map(|root| root.child).into_iter().collect();
        while let Some(id) = open.pop() {
            let index = id as usize;
            let Some(entry) = self.entries.get(index) else { continue };
            // A link back to what was seen is damage; following it would never end.
            if !found.contains(&index) {
                found.push(index);
                open.extend([entry.left, entry.right]);
            }
        }
        let has_stream = found.iter().filter_map(|&i| self.entries.get(i)).any(|e| e.length > 0);
        // Some writers link no tree at all and rely on the order of the directory.
        if has_stream { found } else { (0..self.entries.len()).collect() }
    }

    fn load_fat(&mut self) -> Result<(), Refusal> {
        let mut difat: Vec<u32> = words(self.bytes.get(76..512).unwrap_or_default()).collect();
        let mut next = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while next < FREE_OR_SPECIAL {
            steps += 1;
            if steps > self.bytes.len() / self.sector + 1 {
                return Err(Refusal::Truncated);
            }
            difat.extend(words(self.sector_bytes(next)?));
            next = difat.pop().ok_or(Refusal::Truncated)?;
        }
        for id in difat {
            if id < FREE_OR_SPECIAL {
                self.fat.extend(words(self.sector_bytes(id)?));
            }
        }
        Ok(())
    }

    fn sector_bytes(&self, id: u32) -> Result<&'a [u8], Refusal> {
        // The header occupies one sector, so sector 0 begins one sector in.
        let start = (id as usize + 1) * self.sector;
        self.bytes.get(start..start + self.sector).ok_or(Refusal::Truncated)
    }

    fn chain(&self, start: u32, length: usize) -> Result<Vec<u8>, Refusal> {
        walk(self.bytes, self.sector, 1, &self.fat, start, length)
    }
}

fn walk(
    bytes: &[u8],
    sector: usize,
    header_sectors: usize,
    fat: &[u32],
    start: u32,
    length: usize,
) -> Result<Vec<u8>, Refusal> {
    let mut data = Vec::new();
    let mut id = start;
    let mut steps = 0;
    while id != END_OF_CHAIN && data.len() < length {
        let from = (id as usize + header_sectors) * sector;
        let part = bytes.get(from..).ok_or(Refusal::Truncated)?;
        // Some writers do not pad the last sector, so a short one is taken as far as it goes.
        let part = part.get(..sector).unwrap_or(part);
        data.extend_from_slice(part.get(..length - data.len()).unwrap_or(part));
        steps += 1;
        if steps > fat.len() {
            return Err(Refusal::Damaged("ole chain cycle".to_owned()));
        }
        if data.len() < length {
            id = *fat.get(id as usize).ok_or(Refusal::Truncated)?;
        }
    }
    Ok(data)
}

fn entry(raw: &[u8; 128], sector: usize) -> Entry {
    let units: Vec<u16> =
        raw[..64].as_chunks::<2>().0.iter().map(|c| u16::from_le_bytes(*c)).take_while(|&u| u != 0).collect();
    // An entry is long enough for every field; the fallback only spares an impossible error.
    let at = |i: usize| u32_at(raw, i).unwrap_or(END_OF_CHAIN);
    // Only the large-sector version gives meaning to the upper half of the length.
    let high = if sector == 4096 { u64::from(at(124)) << 32 } else { 0 };
    Entry {
        name: String::from_utf16_lossy(&units),
        start: at(116),
        length: usize::try_from(high | u64::from(at(120))).unwrap_or(usize::MAX),
        left: at(68),
        right: at(72),
        child: at(76),
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|c| u32::from_le_bytes(*c))
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Result<u16, Refusal> {
    let slice = bytes.get(at..at + 2).ok_or(Refusal::Truncated)?;
    Ok(slice.iter().rev().fold(0, |acc, &b| acc << 8 | u16::from(b)))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Refusal> {
    let slice = bytes.get(at..at + 4).ok_or(Refusal::Truncated)?;
    Ok(slice.iter().rev().fold(0, |acc, &b| acc << 8 | u32::from(b)))
}
