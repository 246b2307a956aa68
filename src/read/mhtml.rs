//! Web pages saved as a single MIME file, "单个文件网页": Excel's has one part per sheet, a browser's one per page.

use mailparse::body::Body;
use mailparse::{MailHeaderMap, ParsedMail, parse_mail};

use super::gather::Budget;
use super::html::{self, Worksheet};
use super::{Limits, Refusal, Sheet, damaged};

/// Lines of the file: the parser keeps some bytes for each that may be a header.
const MAX_LINES: usize = 2_000_000;
/// Lines that may begin a part. A page has at most some hundred parts, pictures included.
const MAX_PARTS: usize = 20_000;
/// The standard allows 70 characters.
const LONGEST_BOUNDARY: usize = 200;

/// Reads every sheet, or every page.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    check_lines(bytes)?;
    let mail = parse_mail(bytes).map_err(damaged)?;
    if let Some(boundary) = mail.ctype.params.get("boundary") {
        if boundary.len() > LONGEST_BOUNDARY {
            return Err(Refusal::Damaged("mime boundary".to_owned()));
        }
        let end = format!("--{boundary}--");
        if !bytes.windows(end.len()).any(|window| window == end.as_bytes()) {
            return Err(Refusal::Truncated);
        }
    }
    let pages = pages(&mail)?;
    let root = pages.first().ok_or(Refusal::Unsupported("html"))?;
    let listed: Vec<Worksheet> =
        html::worksheets(&root.document).into_iter().filter(|sheet| !sheet.source.is_empty()).collect();
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::new();
    if pages.len().max(listed.len()) > limits.sheets {
        return Err(Refusal::TooLarge("sheets"));
    }
    for worksheet in &listed {
        let page = pages.iter().find(|page| page.is_at(&worksheet.source));
        let page = page.ok_or_else(|| Refusal::Damaged("a worksheet's part is missing".to_owned()))?;
        let read = html::page(&page.document, limits, &mut budget)?;
        sheets.push(Sheet {
            name: worksheet.name.clone(),
            hidden: worksheet.hidden,
            cells: read.sheet.cells,
            ..Sheet::default()
        });
    }
    if !listed.is_empty() {
        return Ok(sheets);
    }
    let only_name = match html::worksheets(&root.document).as_slice() {
        [only] => Some(only.name.clone()),
        _ => None,
    };
    for page in &pages {
        let mut read = html::page(&page.document, limits, &mut budget)?;
        if let (Some(name), true) = (&only_name, sheets.is_empty()) {
            read.sheet.name.clone_from(name);
        }
        // Frames that hold advertisements or nothing at all are no sheets.
        if !read.sheet.cells.is_empty() {
            sheets.push(read.sheet);
        }
    }
    Ok(sheets)
}

/// Refuses what would cost the parser more memory than the file is worth.
fn check_lines(bytes: &[u8]) -> Result<(), Refusal> {
    let (mut lines, mut parts) = (0_usize, 0_usize);
    for line in bytes.split(|&b| b == b'\n') {
        lines += 1;
        parts += usize::from(line.starts_with(b"--") && !line.starts_with(b"-->"));
    }
    if lines > MAX_LINES || parts > MAX_PARTS {
        return Err(Refusal::TooLarge("sheets"));
    }
    Ok(())
}

/// A page within the file.
struct PagePart {
    location: String,
    document: String,
}

impl PagePart {
    /// Whether the part is the page that a worksheet list names: links are relative, locations are not.
    fn is_at(&self, source: &str) -> bool {
        let file = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        !self.location.is_empty() && file(&self.location) == file(source)
    }
}

/// The parts that are pages, in the order of the file: the one that a reader opens comes first.
fn pages(mail: &ParsedMail<'_>) -> Result<Vec<PagePart>, Refusal> {
    let mut pages = Vec::new();
    let mut open = vec![mail];
    while let Some(part) = open.pop() {
        open.extend(part.subparts.iter().rev());
        if !matches!(part.ctype.mimetype.as_str(), "text/html" | "application/xhtml+xml") {
            continue;
        }
        let body = body(part)?;
        let declared = part.ctype.params.get("charset").map(String::as_str);
        let document = html::decode(&body, declared)?.into_owned();
        let location = part.headers.get_first_value("Content-Location").unwrap_or_default();
        pages.push(PagePart { location, document });
    }
    Ok(pages)
}

/// The decoded body. The decoder drops whatever quoted-printable text must not hold, and some programs put Chinese into
/// it as it is; so that is quoted first.
fn body(part: &ParsedMail<'_>) -> Result<Vec<u8>, Refusal> {
    let Body::QuotedPrintable(encoded) = part.get_body_encoded() else {
        return part.get_body_raw().map_err(damaged);
    };
    let raw = encoded.get_raw();
    if raw.is_ascii() {
        return encoded.get_decoded().map_err(damaged);
    }
    let mut quoted = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n".to_vec();
    for &byte in raw {
        match byte.is_ascii() {
            true => quoted.push(byte),
            false => quoted.extend_from_slice(format!("={byte:02X}").as_bytes()),
        }
    }
    parse_mail(&quoted).and_then(|mail| mail.get_body_raw()).map_err(damaged)
}
