//! Rules of French law that shoppers are told of, as data: what a rule says, its days, its source.
//!
//! A rule that was repealed is given its last day, and the one that takes its place is written
//! beside it; so both can be there before the day comes. A bill is no rule: as of 27 November 2026
//! none was adopted that changes those below.

/// A rule, with its days in Paris.
#[derive(Clone, Copy, Debug)]
pub struct Rule<T: 'static> {
    /// What it says.
    pub value: T,
    /// Its first day, as `2022-10-01`.
    pub from: &'static str,
    /// Its last day, if that was decided.
    pub until: Option<&'static str>,
    /// Where it stands.
    pub source: &'static str,
}

/// The most that a person may pay with meal vouchers in a day, in cents of a euro.
pub const MEAL_VOUCHER_DAILY: &[Rule<u64>] = &[Rule {
    value: 2500,
    from: "2022-10-01",
    until: None,
    source: "Code du travail, art. R. 3262-10 (décret n° 2022-1266)",
}];

/// Meal vouchers pay on Sundays and public holidays only where the employer has allowed it, which
/// the issuer knows and the shop does not.
pub const MEAL_VOUCHER_REST_DAYS: &[Rule<bool>] = &[Rule {
    value: true,
    // When the code's present part came into force.
    from: "2008-05-01",
    until: None,
    source: "Code du travail, art. R. 3262-8",
}];

/// What the rules say on a day, as `2026-11-27`.
#[must_use]
pub fn on<T: Copy>(rules: &[Rule<T>], day: &str) -> Option<T> {
    let holds = |rule: &&Rule<T>| rule.from <= day && rule.until.is_none_or(|last| day <= last);
    Some(rules.iter().find(holds)?.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_holds_from_its_first_day_to_its_last() {
        let rule = |value, from, until| Rule {
            value,
            from,
            until,
            source: "",
        };
        let rules = [
            rule(19, "2014-04-02", Some("2022-09-30")),
            rule(25, "2022-10-01", None),
        ];
        for (day, value) in [
            ("2014-04-01", None),
            ("2014-04-02", Some(19)),
            ("2022-09-30", Some(19)),
            ("2022-10-01", Some(25)),
            ("2027-01-01", Some(25)),
        ] {
            assert_eq!(on(&rules, day), value, "{day}");
        }
    }

    fn assert_in_order<T>(rules: &[Rule<T>]) {
        for rule in rules {
            for day in [Some(rule.from), rule.until].into_iter().flatten() {
                assert_eq!(day.len(), "2022-10-01".len(), "{day}");
            }
            assert!(rule.until.is_none_or(|last| rule.from <= last));
            assert!(!rule.source.is_empty());
        }
        for pair in rules.windows(2) {
            assert!(pair[0].until.is_some_and(|last| last < pair[1].from));
        }
    }

    #[test]
    fn no_two_rules_hold_on_a_day() {
        assert_in_order(MEAL_VOUCHER_DAILY);
        assert_in_order(MEAL_VOUCHER_REST_DAYS);
    }

    #[test]
    fn today_s_rules_are_those_of_the_code() {
        assert_eq!(on(MEAL_VOUCHER_DAILY, "2026-11-27"), Some(2500));
        assert_eq!(on(MEAL_VOUCHER_REST_DAYS, "2026-11-27"), Some(true));
    }
}
