//! Codes with one `*` that stands for any text.

/// What `*` stands for where `code` fits the pattern; "" for a pattern without one.
pub(super) fn fit<'c>(pattern: &str, code: &'c str) -> Option<&'c str> {
    match pattern.split_once('*') {
        None => (pattern == code).then_some(""),
        Some((before, after)) => code.strip_prefix(before)?.strip_suffix(after),
    }
}

/// The code that a pattern names where `*` stands for `text`.
pub(super) fn fill(pattern: &str, text: &str) -> String {
    pattern.replacen('*', text, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert_eq!(fit("granted:total", "granted:total"), Some(""));
        assert_eq!(fit("granted:*", "granted:total"), Some("total"));
        assert_eq!(fit("*:total", "denied.other_law:total"), Some("denied.other_law"));
        assert_eq!(fit("granted:*", "partly_granted:total"), None);
        assert_eq!(fit("other:*", "other.other:total"), None);
        // The text before and behind the star do not overlap.
        assert_eq!(fit("aba*aba", "aba"), None);
        assert_eq!(fill("other.other:*", "total"), "other.other:total");
    }
}
