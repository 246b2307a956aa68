//! Names of entries: in which encoding they are, and whether they stay below the archive.

use encoding_rs::GB18030;

/// Characters from here on take three bytes in UTF-8, as all Chinese ones do.
const THREE_BYTES: char = '\u{800}';

/// A name as the archive has it.
pub(super) struct RawName<'a> {
    pub bytes: &'a [u8],
    /// Whether the archive says that it is UTF-8.
    pub is_utf8: bool,
}

/// All names of an archive as text. Archives made on older Windows have GBK names and no mark; archives made on a Mac
/// have UTF-8 names, often without the mark. One program made all names, so they are decided together: GBK if one of
/// them is no UTF-8, or if none has a character that a Chinese name in UTF-8 would have.
pub(super) fn decode(names: &[RawName<'_>]) -> Vec<String> {
    let unmarked = || names.iter().filter(|name| !name.is_utf8 && !name.bytes.is_ascii()).map(|name| name.bytes);
    let texts: Option<Vec<&str>> = unmarked().map(|bytes| std::str::from_utf8(bytes).ok()).collect();
    let utf8 = texts.is_some_and(|texts| texts.iter().any(|text| text.contains(|c| c >= THREE_BYTES)));
    names
        .iter()
        .map(|name| match std::str::from_utf8(name.bytes) {
            Ok(text) if utf8 || name.is_utf8 || name.bytes.is_ascii() => text.to_owned(),
            _ => GB18030.decode_without_bom_handling(name.bytes).0.into_owned(),
        })
        .collect()
}

/// The path below the archive; none if it would lead out of it or is no path.
pub(super) fn below(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let drive = name.chars().nth(1) == Some(':');
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let leads_out = name.starts_with('/') || drive || parts.contains(&"..");
    let is_path = !parts.is_empty() && !name.contains(char::is_control);
    (!leads_out && is_path).then(|| parts.join("/"))
}

/// Something to call an entry whose name is no path below the archive.
pub(super) fn harmless(name: &str) -> String {
    let name = name.replace('\\', "/");
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let plain = |c: char| if c.is_control() || c == ':' { '_' } else { c };
    let text = parts.map(|part| part.chars().map(plain).collect::<String>()).collect::<Vec<_>>().join("/");
    if text.is_empty() { "_".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(names: &[(&[u8], bool)]) -> Vec<String> {
        let names: Vec<RawName<'_>> =
            names.iter().map(|(bytes, is_utf8)| RawName { bytes, is_utf8: *is_utf8 }).collect();
        decode(&names)
    }

    #[test]
    fn names_are_utf8_or_gbk() {
        let gbk = |text: &str| GB18030.encode(text).0.into_owned();
        let names = ["报表/教育局.xlsx", "a.csv"];
        let marked: Vec<(&[u8], bool)> = names.iter().map(|name| (name.as_bytes(), true)).collect();
        let unmarked: Vec<(&[u8], bool)> = names.iter().map(|name| (name.as_bytes(), false)).collect();
        let old: Vec<Vec<u8>> = names.iter().map(|name| gbk(name)).collect();
        let old: Vec<(&[u8], bool)> = old.iter().map(|name| (name.as_slice(), false)).collect();
        assert_eq!([decoded(&marked), decoded(&unmarked), decoded(&old)], [names, names, names]);
        // Two bytes that are a Latin letter in UTF-8 and a Chinese one in GBK.
        let short = gbk("隆.csv");
        assert!(std::str::from_utf8(&short).is_ok());
        assert_eq!(decoded(&[(&short, false)]), ["隆.csv"]);
        // A second byte that looks like a backslash.
        assert_eq!(decoded(&[(&gbk("榎.csv"), false)]), ["榎.csv"]);
    }

    #[test]
    fn names_stay_below_the_archive() {
        for (name, path) in [
            ("a/b.csv", Some("a/b.csv")),
            ("a\\b.csv", Some("a/b.csv")),
            ("./a//b.csv", Some("a/b.csv")),
            ("a..b.csv", Some("a..b.csv")),
            ("../b.csv", None),
            ("a/../../b.csv", None),
            ("/etc/passwd", None),
            ("\\\\server\\b.csv", None),
            ("C:\\b.csv", None),
            ("a\0b.csv", None),
            ("", None),
        ] {
            assert_eq!(below(name).as_deref(), path, "{name}");
            assert!(below(&harmless(name)).is_some(), "{name}");
        }
    }
}
