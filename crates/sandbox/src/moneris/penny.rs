//! What the bank of the test platform says, by the amount (*Penny Value Simulator*, *CVD & AVS
//! Simulator*; both for Visa).

/// ISO and the bank's code. Amounts that the pages leave open are approved.
pub(super) fn bank(minor: u64) -> (&'static str, &'static str) {
    const APPROVED: (&str, &str) = ("01", "027");
    match minor {
        0..=999 => by_cents(minor % 100),
        // With AVS and CVD: some of them are declined.
        1024..=1026 | 1035..=1037 => ("05", "481"),
        5100..=6000 => ("41", "421"),
        12_000..=13_000 => ("54", "482"),
        _ => APPROVED,
    }
}

fn by_cents(cents: u64) -> (&'static str, &'static str) {
    match cents {
        0 => ("00", "027"),
        1 => ("02", "483"),
        2 => ("02", "484"),
        3 => ("03", "476"),
        4 => ("04", "421"),
        5 => ("05", "481"),
        6 => ("06", "050"),
        7 => ("07", "421"),
        8 => ("08", "004"),
        9 => ("09", "078"),
        12 => ("12", "421"),
        13 => ("13", "476"),
        14 => ("14", "421"),
        15 => ("15", "421"),
        19 => ("19", "476"),
        20 => ("81", "486"),
        22 => ("84", "050"),
        24 => ("91", "476"),
        41 => ("41", "421"),
        43 => ("43", "421"),
        46 => ("46", "421"),
        51 => ("51", "481"),
        54 => ("54", "482"),
        57 => ("57", "421"),
        _ => ("01", "027"),
    }
}

/// Whether the bank takes its time: cents .91 to .98 (*Penny Value Simulator*).
pub(super) const fn is_slow(minor: u64) -> bool {
    matches!(minor % 100, 91..=98)
}

/// What the bank says of the address, where the amount decides that.
pub(super) fn address(minor: u64) -> Option<&'static str> {
    Some(match minor {
        1010 => "A",
        1012 | 1034 => "U",
        1013 | 1030 | 1031 | 1032 | 1033 => "Y",
        1017 => "N",
        1018 => "Z",
        1019 => "R",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cents_decide_below_ten_dollars_and_ranges_above() {
        for (minor, code) in [
            (100, "027"),
            (105, "481"),
            (106, "050"),
            (108, "004"),
            (954, "482"),
            (1025, "481"),
            (1110, "027"),
            (5100, "421"),
            (6001, "027"),
            (12_500, "482"),
        ] {
            assert_eq!(bank(minor).1, code, "{minor}");
        }
        assert_eq!((address(1010), address(1110)), (Some("A"), None));
        let slow: Vec<u64> = (100..200).filter(|minor| is_slow(*minor)).collect();
        assert_eq!(slow, (191..=198).collect::<Vec<u64>>());
    }
}
