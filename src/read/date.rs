//! Date serials as ISO text, so that no date can later pass for a figure.

use calamine::ExcelDateTime;
use compact_str::{CompactString, ToCompactString, format_compact};

/// The first serial past 9999-12-31, the last day spreadsheets can show.
const END_OF_CALENDAR: f64 = 2_958_466.0;

/// A date, time, date-time or duration serial in the workbook's own epoch, as ISO text.
/// A serial no calendar day exists for is given back as printed digits: it is still not a figure.
pub(super) fn iso(serial: &ExcelDateTime) -> CompactString {
    let value = serial.as_f64();
    if !value.is_finite() {
        return value.to_compact_string();
    }
    if serial.is_duration() {
        return duration(value);
    }
    if !(0.0..END_OF_CALENDAR).contains(&value) {
        return value.to_compact_string();
    }
    let (year, month, day, hour, minute, second, milli) = serial.to_ymd_hms_milli();
    let has_time = (hour, minute, second, milli) != (0, 0, 0, 0);
    let clock = || {
        if milli == 0 {
            format_compact!("{hour:02}:{minute:02}:{second:02}")
        } else {
            format_compact!("{hour:02}:{minute:02}:{second:02}.{milli:03}")
        }
    };
    if value < 1.0 && has_time {
        clock()
    } else if has_time {
        format_compact!("{year:04}-{month:02}-{day:02}T{}", clock())
    } else {
        format_compact!("{year:04}-{month:02}-{day:02}")
    }
}

fn duration(days: f64) -> CompactString {
    let seconds = (days.abs() * 86_400.0).round();
    let sign = if days < 0.0 { "-" } else { "" };
    let hours = (seconds / 3600.0).floor();
    let rest = seconds - hours * 3600.0;
    let minutes = (rest / 60.0).floor();
    format_compact!("{sign}PT{hours}H{minutes}M{}S", rest - minutes * 60.0)
}
