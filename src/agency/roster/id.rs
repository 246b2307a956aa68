//! Ids of agencies: safe as folder names, and checked where they are official codes.

use super::RosterWarningKind;

/// Can the id be the name of a folder on Windows and Linux, inside a list and inside a report?
pub(super) fn is_safe(id: &str) -> bool {
    let forbidden = |c: char| c.is_control() || crate::script::is_invisible(c) || "/\\:*?\"<>|／＼：".contains(c);
    let stem = id.split('.').next().unwrap_or(id).to_ascii_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    !id.is_empty()
        && id.len() <= 100
        && !id.starts_with('.')
        && !id.ends_with(['.', ' '])
        && !id.contains(forbidden)
        && !device
}

/// Names of scopes in the outputs, which an id must not take.
pub(super) fn is_reserved(id: &str) -> bool {
    id.eq_ignore_ascii_case("city")
}

/// Characters of the unified social credit code, in the order of their values (GB 32100-2015).
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What is doubtful in an id that looks like a unified social credit code (18 letters and digits); others pass.
pub(super) fn doubt(id: &str) -> Option<RosterWarningKind> {
    let looks_like =
        id.len() == 18 && id.bytes().all(|b| b.is_ascii_alphanumeric()) && id.bytes().any(|b| b.is_ascii_digit());
    if !looks_like {
        return None;
    }
    let upper = id.to_ascii_uppercase();
    let Some(expected) = check_character(&upper[..17]) else {
        return Some(RosterWarningKind::CreditCodeLetter { id: id.to_owned() });
    };
    (!upper.ends_with(expected)).then(|| RosterWarningKind::CreditCodeCheck { id: id.to_owned(), expected })
}

/// The check character of the first 17 (weights 3^i mod 31); `None` if one is not in the alphabet.
fn check_character(code: &str) -> Option<char> {
    let mut weight = 1;
    let mut sum = 0;
    for c in code.chars() {
        sum += ALPHABET.find(c)? * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET.chars().nth((31 - sum % 31) % 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        for id in ["321183", "jyj", "教育局", "a-b_c.d", "group1", "91110000100003962T"] {
            assert!(is_safe(id), "{id}");
        }
        for id in [
            "",
            ".",
            "..",
            ".a",
            "a/b",
            "a\\b",
            "../a",
            "a:b",
            "a\0",
            "a\n",
            "a.",
            "nul",
            "COM1.x",
            "a?",
            "a*b",
            "group:x",
            "a\u{202E}b",
            &"a".repeat(101),
        ] {
            assert!(!is_safe(id), "{id}");
        }
        assert!(is_reserved("City") && !is_reserved("cityx"));
    }

    #[test]
    fn credit_codes() {
        // published codes: Tsinghua University; Alibaba (China) Network Technology
        for id in ["12100000400000624D", "91330100799655058B", "91330100799655058b", "321183", "abcdefghijklmnopqr"] {
            assert_eq!(doubt(id), None, "{id}");
        }
        assert_eq!(
            doubt("12100000400000624E"),
            Some(RosterWarningKind::CreditCodeCheck { id: "12100000400000624E".into(), expected: 'D' })
        );
        assert_eq!(
            doubt("1210000040000O624D"),
            Some(RosterWarningKind::CreditCodeLetter { id: "1210000040000O624D".into() })
        );
    }
}
