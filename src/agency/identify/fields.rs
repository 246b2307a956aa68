//! A cell's text as a title with fields behind it: `某局2021年统计表 填报日期：2022年1月5日 单位：件`.

/// A text taken apart at its colons.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fields<'a> {
    /// What stands before the first field's head.
    pub title: &'a str,
    /// Heads with what stands behind their colons.
    pub fields: Vec<(&'a str, &'a str)>,
}

/// Takes a text apart. The head of a field is the word before its colon, but for a remark in brackets:
/// `填报单位（盖章）：`.
pub(super) fn fields(text: &str) -> Fields<'_> {
    let mut segments = text.split([':', '：']);
    let first = segments.next().unwrap_or_default();
    let mut rest = segments.peekable();
    if rest.peek().is_none() {
        return Fields { title: first.trim(), fields: Vec::new() };
    }
    let (title, mut head) = last_word(first);
    let mut fields = Vec::new();
    while let Some(segment) = rest.next() {
        let (value, next) = if rest.peek().is_some() { last_word(segment) } else { (segment, "") };
        // Written without a space before the next head: it stays with the value.
        let value = if value.trim().is_empty() { segment } else { value };
        fields.push((head, value.trim_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(c))));
        head = next;
    }
    Fields { title, fields }
}

const SEPARATORS: &str = "；;，,。、|";

/// Splits the last word off; a remark in brackets behind it is dropped.
fn last_word(text: &str) -> (&str, &str) {
    let body = without_remark(text);
    let breaks = |c: char| c.is_whitespace() || SEPARATORS.contains(c) || matches!(c, '(' | '（' | '[' | '【');
    match body.char_indices().rfind(|(_, c)| breaks(*c)) {
        Some((at, c)) => (body[..at].trim(), body[at + c.len_utf8()..].trim()),
        None => ("", body.trim()),
    }
}

/// A text without a remark in brackets at its end.
pub(super) fn without_remark(text: &str) -> &str {
    let text = text.trim();
    match text.chars().next_back() {
        Some(')' | '）') => text.rfind(['(', '（']).map_or(text, |open| text[..open].trim_end()),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_fields() {
        for (text, title, expected) in [
            ("某局2021年统计表", "某局2021年统计表", &[][..]),
            ("填报单位：某局", "", &[("填报单位", "某局")]),
            ("填报单位（盖章）：某局 单位：件", "", &[("填报单位", "某局"), ("单位", "件")]),
            ("填报单位：某局；填报人：张三", "", &[("填报单位", "某局"), ("填报人", "张三")]),
            ("某局统计表（填报日期：2022年1月）", "某局统计表", &[("填报日期", "2022年1月）")]),
            ("2021年 填报单位: 某局", "2021年", &[("填报单位", "某局")]),
            ("填报单位：某局填报日期：1月", "", &[("填报单位", "某局填报日期"), ("某局填报日期", "1月")]),
            ("填报单位：", "", &[("填报单位", "")]),
            ("", "", &[]),
        ] {
            assert_eq!(fields(text), Fields { title, fields: expected.to_vec() }, "{text}");
        }
    }
}
