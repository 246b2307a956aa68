//! Hostile and broken markup: pages, MIME files, XML Spreadsheet 2003 and Word documents that nobody vouched for.

use crate::support::*;
use huizong::{Limits, Refusal, read_workbook};

#[test]
fn markup_that_never_closes_or_spans_everything_is_bounded() {
    let html =
        |head: &str, piece: &str, count: usize, tail: &str| format!("<html>{head}{}{tail}</html>", piece.repeat(count));
    let cases = [
        // Depth: of elements, of tables, of what is not shown.
        html("", "<div><b><p>", 200_000, "<table><tr><td>1</table>"),
        html("", "<table><tr><td>", 100_000, ""),
        html("", "<div style='display:none'>", 100_000, "</div>"),
        html("<table>", "</td></tr></b>", 200_000, "<tr><td>1</table>"),
        // Spans over everything, again and again.
        html("<table>", "<td colspan=100000 rowspan=100000>", 20_000, "x</table>"),
        html("<table>", "<tr><td rowspan=0 colspan=99999999999999999999>x", 20_000, "</table>"),
        html("<table><tr>", "<td rowspan=65534>", 16_000, &format!("{}</table>", "<tr><td>".repeat(100_000))),
        // Attributes without end.
        html("<table><tr><td ", "a=b ", 500_000, ">1</table>"),
        html("<table><tr><td style='", "display:", 200_000, "'>1</table>"),
        html("<table><tr><td>", "&", 500_000, "</table>"),
        html("<table><tr><td>", "<sup>1</sup>", 100_000, "</table>"),
        html("", "<!--", 300_000, "-->"),
    ];
    for page in cases {
        let shortened = page.chars().take(60).collect::<String>();
        let cells = quickly(20, || read(page.as_bytes())).map(|book| book.sheets[0].cells.len());
        if let Ok(cells) = cells {
            assert!(cells <= 2, "{shortened}: {cells}");
        }
    }
    let million_rows = html("<table>", "<tr>", 1_100_000, "</table>");
    assert_eq!(quickly(20, || refusal(million_rows.as_bytes())), Refusal::TooLarge("cells"));
}

#[test]
fn a_tag_with_thousands_of_quoted_attributes_is_refused() {
    let page = |start: &str, attribute: &str, count: usize| {
        format!("<table><tr><td>1</td></tr></table><{start} {}>text<p>", attribute.repeat(count))
    };
    for count in [300, 5_000, 500_000] {
        for (start, attribute) in
            [("p", "a=\"\" "), ("p", "a=\">\"b=\"<p>\""), ("/td", "a=\"1\" "), ("td", "a=\"&amp;\"\n")]
        {
            let page = page(start, attribute, count);
            assert!(matches!(refusal(page.as_bytes()), Refusal::Damaged(_)), "{count} {attribute}");
        }
        for attribute in ["a='1' ", "a=1 ", "a "] {
            assert!(
                matches!(refusal(page("p", attribute, count).as_bytes()), Refusal::Damaged(_)),
                "{count} {attribute}"
            );
        }
    }
    // Many tags with a few attributes each, and quotes in text, are a page like any other.
    let many = page("p", "a=\"1\" ", 200) + &"<p a=\"1\" b=\"2\">x=\"1\" </p c=\"3\">".repeat(5_000);
    assert_eq!(quickly(20, || read(many.as_bytes())).unwrap().sheets[0].cells.len(), 5_002);
}

#[test]
fn limits_hold_for_every_format() {
    let limits = Limits { cells: 5, ..Default::default() };
    for name in ["common-excel.html", "common.mht", "common-2003.xml", "report.docx"] {
        let refused = read_workbook(&fixture(name), &limits).expect_err("limit");
        assert_eq!(refused, Refusal::TooLarge("cells"), "{name}");
    }
    let limits = Limits { text_bytes: 20, ..Default::default() };
    for name in ["common-excel.html", "common.mht", "common-2003.xml", "report.docx"] {
        let refused = read_workbook(&fixture(name), &limits).expect_err("limit");
        assert_eq!(refused, Refusal::TooLarge("text_bytes"), "{name}");
    }
    let limits = Limits { sheets: 1, ..Default::default() };
    for name in ["common.mht", "common-2003.xml"] {
        let refused = read_workbook(&fixture(name), &limits).expect_err("limit");
        assert_eq!(refused, Refusal::TooLarge("sheets"), "{name}");
    }
}

#[test]
fn endless_mime_is_refused() {
    let head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"B\"\n\n";
    let parts = format!("{head}{}--B--\n", "--B\n\n".repeat(100_000));
    assert_eq!(quickly(5, || refusal(parts.as_bytes())), Refusal::TooLarge("sheets"));
    let lines = format!("{head}--B\n{}\n--B--\n", "a:\n".repeat(2_100_000));
    assert_eq!(quickly(5, || refusal(lines.as_bytes())), Refusal::TooLarge("sheets"));
    let mut nested = head.to_owned();
    for depth in 0..5000 {
        nested.push_str(&format!("--B\nContent-Type: multipart/related; boundary=\"B{depth}\"\n\n--B{depth}\n"));
    }
    nested.push_str("--B--\n");
    quickly(20, || read(nested.as_bytes())).err();
    let empty = format!("{head}--B--\n");
    assert_eq!(refusal(empty.as_bytes()), Refusal::Unsupported("html"));
}

#[test]
fn hostile_word_and_xml_are_bounded() {
    let part = |body: &str| {
        let document = format!(
            "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>{body}</w:document>"
        );
        zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())])
    };
    let deep = part(&"<w:tbl><w:tr><w:tc>".repeat(50_000));
    assert!(matches!(quickly(10, || refusal(&deep)), Refusal::Damaged(_)));
    let wide = part(
        "<w:tbl><w:tr><w:trPr><w:gridBefore w:val='4294967295'/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val='4294967295'/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    );
    assert!(matches!(refusal(&wide), Refusal::Damaged(_)));
    let limits = Limits { inflated_bytes: 1 << 20, ..Default::default() };
    let bomb = part(&" ".repeat(4 << 20));
    assert_eq!(read_workbook(&bomb, &limits).err(), Some(Refusal::TooLarge("inflated_bytes")));

    let far = xml_2003(
        "<ss:Row ss:Index='4294967295'><ss:Cell ss:Index='4294967295' ss:MergeAcross='4294967295'><ss:Data ss:Type='String'>x</ss:Data></ss:Cell></ss:Row>",
    );
    assert_eq!(refusal(&far), Refusal::Damaged("cell position".into()));
    let ampersands = xml_2003(&format!(
        "<ss:Row><ss:Cell><ss:Data ss:Type='String'>{}</ss:Data></ss:Cell></ss:Row>",
        "&".repeat(3_000_000)
    ));
    assert_eq!(quickly(20, || only_sheet(&ampersands)).len(), 1);
    let deep = xml_2003(&"<ss:Row><ss:Cell>".repeat(200_000));
    assert!(matches!(quickly(10, || refusal(&deep)), Refusal::Damaged(_)));
    let entities = [b"<!DOCTYPE a [<!ENTITY b 'c'>]>".as_slice(), &xml_2003("")].concat();
    assert!(read(&entities).is_err());
}

mod soup {
    use super::*;
    use proptest::prelude::*;

    const PIECES: [&str; 40] = [
        "<table>",
        "</table>",
        "<tr>",
        "</tr>",
        "<td>",
        "</td>",
        "<td rowspan=2>",
        "<td colspan=3 rowspan=0>",
        "<th>",
        "<tbody>",
        "</tbody>",
        "<caption>",
        "</caption>",
        "<p>",
        "</p>",
        "<br>",
        "<div style='display:none'>",
        "</div>",
        "<tr hidden>",
        "<td style=display:none>",
        "<table hidden>",
        "<select>",
        "</select>",
        "<a href=x>",
        "</a>",
        "<s>",
        "</s>",
        "<sup>",
        "</sup>",
        "<td x:num=5>",
        "<td x:bool=true>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "1",
        "文字",
        "&nbsp;",
        "</html>",
        "<html>",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever the tags, the page is read or refused, and its cells are in order, each place once.
        #[test]
        fn tags_in_any_order_are_survived(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)) {
            let page = format!("<table>{}", pieces.concat());
            match read(page.as_bytes()) {
                Ok(book) => {
                    let cells = &book.sheets[0].cells;
                    prop_assert!(cells.windows(2).all(|w| (w[0].row, w[0].column) < (w[1].row, w[1].column)));
                }
                Err(refusal) => prop_assert_ne!(refusal, Refusal::Panicked),
            }
        }

        /// Cells of a plain table stay where they are, however few tags are closed and whatever is not shown between.
        #[test]
        fn cells_keep_their_places(rows in prop::collection::vec(prop::collection::vec(0u32..100, 1..6), 1..8), close in any::<bool>(), between in prop::sample::select(&["", "<tr hidden><td>7</td><td>8</td></tr>", "<!-- <td>9 -->", "<td hidden>7</td>", "<script>'<td>'</script>", "\n <b></b> "][..])) {
            let mut page = String::from("<table>");
            let mut expected = Vec::new();
            for (r, row) in (0u32..).zip(&rows) {
                page.push_str("<tr>");
                for (c, value) in (0u32..).zip(row) {
                    page.push_str(&format!("<td>{value}{}", if close { "</td>" } else { "" }));
                    expected.push((r, c, value.to_string()));
                }
                page.push_str(if close { "</tr>" } else { "" });
                page.push_str(between);
            }
            page.push_str("</table>");
            prop_assert_eq!(shown(&only_sheet(page.as_bytes())), expected);
        }
    }
}
