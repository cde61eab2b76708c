//! Time zones of platforms, by their rule, so that they are the same where the system has no
//! time-zone files.

use jiff::tz::TimeZone;

/// The hour of Paris, by the rule of Directive 2000/84/EC.
///
/// # Errors
/// For the operator. It would mean that this crate was built wrong.
pub fn paris() -> Result<TimeZone, String> {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3")
        .map_err(|error| format!("the time of Paris can't be told: {error}"))
}

/// The hour of Toronto, by the rule that Ontario and the United States have had since 2007.
///
/// # Errors
/// As [`paris`].
pub fn toronto() -> Result<TimeZone, String> {
    TimeZone::posix("EST5EDT,M3.2.0,M11.1.0")
        .map_err(|error| format!("the time of Toronto can't be told: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_changes_at_midnight_in_paris() {
        let day = |text: &str| {
            let time: jiff::Timestamp = text.parse().unwrap();
            time.to_zoned(paris().unwrap()).date().to_string()
        };
        assert_eq!(day("2026-07-14T21:59:59Z"), "2026-07-14");
        assert_eq!(day("2026-07-14T22:00:00Z"), "2026-07-15");
        assert_eq!(day("2026-01-14T22:59:59Z"), "2026-01-14");
        assert_eq!(day("2026-01-14T23:00:00Z"), "2026-01-15");
    }
}
