use super::super::testing::openssl;
use super::*;

const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

fn golden() -> [(&'static str, &'static str); 6] {
    [
        (
            include_str!("../golden/a.txt"),
            include_str!("../golden/a.hmac"),
        ),
        (
            include_str!("../golden/a2.txt"),
            include_str!("../golden/a2.hmac"),
        ),
        (
            include_str!("../golden/a3.txt"),
            include_str!("../golden/a3.hmac"),
        ),
        (
            include_str!("../golden/cv1.txt"),
            include_str!("../golden/cv1.hmac"),
        ),
        (
            include_str!("../golden/m.txt"),
            include_str!("../golden/m.hmac"),
        ),
        (
            include_str!("../golden/g1.txt"),
            include_str!("../golden/g1.hmac"),
        ),
    ]
    .map(|(message, hmac)| (message, hmac.trim_end()))
}

fn key() -> HmacKey {
    HmacKey::from_hex(PUBLIC_TEST_HMAC_KEY).unwrap()
}

fn golden_signature(text: &str) -> Vec<u8> {
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(text.trim_end()).collect();
    STANDARD.decode(decoded).unwrap()
}

const K1: (&str, &str) = (
    include_str!("../golden/k1.txt"),
    include_str!("../golden/k1.sig"),
);
const K3: (&str, &str) = (
    include_str!("../golden/k3.txt"),
    include_str!("../golden/k3.sig"),
);

#[test]
fn the_golden_vectors_are_sealed() {
    for (message, hmac) in golden() {
        assert_eq!(key().seal(message.as_bytes()).to_hex(), hmac, "{message}");
        assert!(key().seal(message.as_bytes()).matches(&hmac.to_lowercase()));
    }
}

#[test]
fn openssl_seals_the_golden_vectors_alike() {
    let option = format!("hexkey:{PUBLIC_TEST_HMAC_KEY}");
    for (message, hmac) in golden() {
        let arguments = [
            "dgst", "-sha512", "-mac", "HMAC", "-macopt", &option, "-binary",
        ];
        let raw = openssl(&arguments, message.as_bytes());
        assert_eq!(hex::encode_upper(raw), hmac);
    }
}

#[test]
fn the_two_wrong_ways_give_the_wrong_seals() {
    let (a, right) = golden()[0];
    let as_text = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA512, PUBLIC_TEST_HMAC_KEY.as_bytes()),
        a.as_bytes(),
    );
    assert!(
        Mac::of(as_text)
            .to_hex()
            .starts_with("CC5B7575DB5698812C27B09B60283BE1")
    );
    let encoded: Vec<String> = a
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            format!(
                "{name}={}",
                percent_encoding::utf8_percent_encode(value, KEPT)
            )
        })
        .collect();
    let encoded = key().seal(encoded.join("&").as_bytes()).to_hex();
    assert!(encoded.starts_with("25FD440BF9E0C25905D82FE7C8D85DF0"));
    assert_ne!(encoded, right);
}

#[test]
fn a_list_is_sealed_in_its_order_and_the_seal_is_last() {
    let mut fields = Fields::default();
    for pair in golden()[4].0.split('&') {
        let (name, value) = pair.split_once('=').unwrap();
        fields.push(Box::leak(name.to_owned().into_boxed_str()), value);
    }
    let sealed = fields.seal("PBX_HMAC", &key());
    assert_eq!(
        sealed.pairs().last().unwrap(),
        &("PBX_HMAC", golden()[4].1.to_owned())
    );
}

#[test]
fn a_key_is_hexadecimal_and_shows_nothing() {
    for wrong in ["0123456789ABCDEG0123456789ABCDEF", "012", "clé secrète"] {
        assert_eq!(
            HmacKey::from_hex(wrong).unwrap_err(),
            KeyError::NotHex,
            "{wrong}"
        );
    }
    assert_eq!(HmacKey::from_hex("00").unwrap_err(), KeyError::Length);
    assert_eq!(HmacKey::from_hex("").unwrap_err(), KeyError::Length);
    assert_eq!(format!("{:?}", key()), "HmacKey");
}

#[test]
fn the_platforms_own_signature_verifies() {
    let published = PublicKey::published().unwrap();
    assert!(published.verifies(K1.0.as_bytes(), &golden_signature(K1.1)));
    assert!(!published.verifies(
        K1.0.replace("1000", "1001").as_bytes(),
        &golden_signature(K1.1)
    ));
    assert!(!published.verifies(K3.0.as_bytes(), &golden_signature(K3.1)));
}

#[test]
fn the_test_pairs_signature_verifies_with_its_own_key_alone() {
    let test = PublicKey::from_base64(TEST_KEY_K004).unwrap();
    assert!(test.verifies(K3.0.as_bytes(), &golden_signature(K3.1)));
    assert!(!test.verifies(K1.0.as_bytes(), &golden_signature(K1.1)));
    assert!(test.is_test_key());
    assert!(!PublicKey::published().unwrap().is_test_key());
}

#[test]
fn openssl_verifies_the_signatures_alike() {
    let folder = tempfile::tempdir().unwrap();
    for (key, (data, signature)) in [(PUBLISHED_KEY, K1), (TEST_KEY_K004, K3)] {
        let pem_file = folder.path().join("key.pem");
        let wrapped: Vec<String> = key
            .as_bytes()
            .chunks(64)
            .map(|c| String::from_utf8(c.to_vec()).unwrap())
            .collect();
        std::fs::write(&pem_file, super::super::testing::pem(&wrapped.join("\n"))).unwrap();
        let signature_file = folder.path().join("signature");
        std::fs::write(&signature_file, golden_signature(signature)).unwrap();
        let (pem, signature) = (pem_file.to_str().unwrap(), signature_file.to_str().unwrap());
        let arguments = ["dgst", "-sha1", "-verify", pem, "-signature", signature];
        let said = openssl(&arguments, data.as_bytes());
        assert!(said.starts_with(b"Verified OK"));
    }
}

#[test]
fn the_published_key_has_its_published_fingerprint() {
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        &STANDARD.decode(PUBLISHED_KEY).unwrap(),
    );
    let known = "e3e24366a97653cb40f9ed2ee2b91fe6d8c28ee81d062ca1508c9e32abe141bb";
    assert_eq!(hex::encode(digest), known);
}

#[test]
fn other_text_is_no_public_key() {
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let empty = "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----";
    for wrong in ["", PUBLISHED_KEY, private, empty] {
        assert_eq!(
            PublicKey::from_pem(wrong).unwrap_err(),
            KeyError::NotPublicKey,
            "{wrong}"
        );
    }
}
