//! When a notice is sent again.

use guichet_store::{NOTICE_WAIT_MAX, OutgoingNotice};

/// Seconds after each failed try. After the last of them the same again, until it was tried for
/// three days: some eighteen tries.
const PAUSES: [i64; 12] = [
    5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200, 14_400, 28_800,
];

/// The Unix second of the next try, after one that failed `now`. Spread over a tenth of the pause,
/// by what each notice is, so that those that failed together do not all come back together.
pub(crate) fn next_try_at(notice: &OutgoingNotice, now: i64) -> i64 {
    let tried = usize::try_from(notice.tries).unwrap_or(usize::MAX);
    let index = tried.saturating_sub(1).min(PAUSES.len() - 1);
    let pause = PAUSES[index];
    let spread = notice
        .id
        .bytes()
        .fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1000);
    now + (pause + pause * spread / 10_000).min(NOTICE_WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use guichet_store::NOTICE_TRIED_FOR;

    use super::super::testing::notice;
    use super::*;

    #[test]
    fn it_is_sent_again_soon_at_first_then_seldom_and_for_three_days() {
        for id in ["msg_1", "msg_2", "msg_ffffffffffffffffffffffffffffffff_12"] {
            let (mut now, mut tries, mut last) = (0, 0, 0);
            while now < NOTICE_TRIED_FOR {
                tries += 1;
                let next = next_try_at(&notice(id, tries), now);
                let pause = next - now;
                assert!(pause >= last && pause <= NOTICE_WAIT_MAX, "{id}: {pause}");
                (last, now) = (pause, next);
                if tries == 4 {
                    assert!(now <= 130, "four more tries in the first two minutes");
                }
            }
            assert!((17..=20).contains(&tries), "{id}: {tries}");
            assert!(now < NOTICE_TRIED_FOR + NOTICE_WAIT_MAX);
        }
        assert_eq!(next_try_at(&notice("msg_1", u32::MAX), 0) / 3600, 8);
    }
}
