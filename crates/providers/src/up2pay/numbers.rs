//! Numbers and references that must not be mixed up: each its own type.

use std::fmt;

macro_rules! digits {
    ($(#[$doc:meta])* $name:ident, $least:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub(super) struct $name(String);

        impl $name {
            pub(super) fn parse(text: &str) -> Option<Self> {
                let fits = ($least..=$most).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_digit());
                fits.then(|| Self(text.to_owned()))
            }

            pub(super) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

digits!(
    /// PBX_SITE: 7 digits (the manual, page iii).
    Site, 7, 7
);
digits!(
    /// PBX_RANG: 2 or 3 digits (the manual, page iii), kept as printed on the contract. Merchants
    /// who were given `001` had to send `01`, and others the contrary (nursit/bank): never
    /// re-padded.
    Rang, 2, 3
);
digits!(
    /// PBX_IDENTIFIANT: 1 to 9 digits (the manual, page iii).
    Identifiant, 1, 9
);

macro_rules! platform_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub(super) struct $name(String);

        impl $name {
            /// Reads 1 to 20 digits; leading zeros are dropped, since PPPS may pad what it echoes.
            pub(super) fn parse(text: &str) -> Option<Self> {
                let fits =
                    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
                let bare = text.trim_start_matches('0');
                fits.then(|| Self(if bare.is_empty() { "0" } else { bare }.to_owned()))
            }

            pub(super) fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

platform_number!(
    /// The call's number: letter T of a notification, NUMAPPEL of PPPS. A voucher and its
    /// complement share it (the manual, §5).
    NumAppel
);
platform_number!(
    /// The transaction's number: letter S of a notification, NUMTRANS of PPPS. Each part has its
    /// own (the manual, §5); 0 where no transaction was made.
    NumTrans
);

impl NumTrans {
    /// No transaction: the shopper left the page before one was made.
    pub(super) fn is_none(&self) -> bool {
        self.0 == "0"
    }
}

/// Most characters of PBX_CMD with LIMONETIK (the manual, §3.1.6 and §3.2.5).
const REFERENCE_MAX: usize = 20;

/// Crockford's base 32: no I, L, O and U, which a reader could mistake for others.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// PBX_CMD: 1 to 20 of `A-Z`, `0-9` and `-`, unique for each attempt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Reference(String);

impl Reference {
    /// Makes a reference of 20 characters, that is of the first 100 of the random bits: among a
    /// billion payments two share one with a probability below 10⁻¹².
    pub(super) fn from_random(random: [u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(random);
        let mut text = String::with_capacity(REFERENCE_MAX);
        for _ in 0..REFERENCE_MAX {
            // The topmost five bits, 0 to 31.
            let index = usize::try_from(number >> 123).unwrap_or_default();
            text.push(char::from(CROCKFORD[index]));
            number <<= 5;
        }
        Self(text)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = (1..=REFERENCE_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'-'));
        fits.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rank_is_kept_as_printed() {
        for printed in ["01", "001", "32"] {
            assert_eq!(Rang::parse(printed).unwrap().as_str(), printed);
        }
        for wrong in ["1", "0001", "3a", ""] {
            assert!(Rang::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_padded_number_is_the_same_number() {
        assert_eq!(NumTrans::parse("0722487980"), NumTrans::parse("722487980"));
        assert!(NumTrans::parse("0000000000").unwrap().is_none());
        assert!(NumTrans::parse("-1").is_none());
        assert!(NumAppel::parse("").is_none());
    }

    #[test]
    fn a_reference_longer_than_twenty_is_refused() {
        assert!(Reference::parse("CMD9542124-01A5G").is_some());
        assert!(Reference::parse(&"A".repeat(20)).is_some());
        assert!(Reference::parse(&"A".repeat(21)).is_none());
        for wrong in ["", "a", "A_B", "A B", "É"] {
            assert!(Reference::parse(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_random_makes_a_good_reference(random: [u8; 16]) {
            let made = Reference::from_random(random);
            prop_assert_eq!(made.as_str().len(), 20);
            prop_assert!(Reference::parse(made.as_str()).is_some());
        }

        #[test]
        fn each_of_the_first_hundred_bits_matters(random: [u8; 16], bit in 0_usize..100) {
            let mut other = random;
            other[bit / 8] ^= 0x80 >> (bit % 8);
            prop_assert_ne!(Reference::from_random(random), Reference::from_random(other));
        }
    }
}
