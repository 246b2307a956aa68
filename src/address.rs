//! The one address type: where a number stands.

use std::fmt;

/// A file of the run, by its place in the sorted list of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// Row and column on a sheet, counted from zero; prints as people say it (`H12`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Row, from zero.
    pub row: u32,
    /// Column, from zero.
    pub column: u32,
}

/// Marks the column of a sentence in running text; no sheet has so many columns.
const SENTENCE: u32 = 1 << 31;

/// Sheet and position within one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Sheet, by its place in the workbook.
    pub sheet: u16,
    /// Position on the sheet.
    pub position: Position,
}

/// The full address of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRef {
    /// File.
    pub file: FileId,
    /// Sheet and position.
    pub place: Place,
}

impl Position {
    /// A sentence of a text, both counted from one; prints as `第12段第3句`.
    #[must_use]
    pub fn of_sentence(paragraph: u32, sentence: u32) -> Self {
        Position { row: paragraph.saturating_sub(1), column: SENTENCE | sentence.saturating_sub(1) }
    }

    /// Paragraph and sentence, counted from one, if it is a sentence of a text and no cell.
    #[must_use]
    pub fn sentence(self) -> Option<(u32, u32)> {
        (self.column & SENTENCE != 0).then_some((self.row + 1, (self.column & !SENTENCE) + 1))
    }

    /// Appends the address (`H12`) to `text`: the hot path of facts.csv, free of allocation and formatting.
    pub fn push_to(self, text: &mut Vec<u8>) {
        if let Some((paragraph, sentence)) = self.sentence() {
            text.extend_from_slice("第".as_bytes());
            push_number(text, u64::from(paragraph));
            text.extend_from_slice("段第".as_bytes());
            push_number(text, u64::from(sentence));
            text.extend_from_slice("句".as_bytes());
            return;
        }
        let mut letters = [0u8; 8];
        let mut start = letters.len();
        let mut rest = self.column + 1;
        while rest > 0 && start > 0 {
            rest -= 1;
            start -= 1;
            if let (Some(letter), Ok(digit)) = (letters.get_mut(start), u8::try_from(rest % 26)) {
                *letter = b'A' + digit;
            }
            rest /= 26;
        }
        text.extend_from_slice(letters.get(start..).unwrap_or_default());
        push_number(text, u64::from(self.row) + 1);
    }
}

/// Appends a whole number in decimal.
pub(crate) fn push_number(text: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        if let (Some(place), Ok(digit)) = (digits.get_mut(start), u8::try_from(number % 10)) {
            *place = b'0' + digit;
        }
        number /= 10;
        if number == 0 || start == 0 {
            break;
        }
    }
    text.extend_from_slice(digits.get(start..).unwrap_or_default());
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(8);
        self.push_to(&mut text);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_print_as_people_say_them() {
        let position = Position::of_sentence(12, 3);
        assert_eq!((position.to_string().as_str(), position.sentence()), ("第12段第3句", Some((12, 3))));
        assert_eq!(Position { row: 11, column: 2 }.sentence(), None);
    }

    #[test]
    fn positions_print_as_people_say_them() {
        for (row, column, text) in
            [(0, 0, "A1"), (11, 7, "H12"), (0, 25, "Z1"), (0, 26, "AA1"), (1_048_575, 16_383, "XFD1048576")]
        {
            assert_eq!(Position { row, column }.to_string(), text);
        }
    }
}
