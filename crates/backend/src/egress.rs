//! Where the backend may connect to for a shop: the address comes from a shop's configuration, and
//! must not lead into the backend's own network.
//!
//! Names are checked once they are resolved, and the connection goes to the very addresses that
//! were checked: a name that means another address a moment later changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Networks of version 4 that no shop's server is in (the registry of special-purpose addresses,
/// RFC 6890, with its additions), and the one public address that is a cloud's own (Azure).
const CLOSED_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, reserved, broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Networks of version 6 within 2000::/3, the only one that is given out, that no server is in.
const CLOSED_V6: [(Ipv6Addr, u8); 3] = [
    // IETF protocols, Teredo among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// What is given out to servers.
const GIVEN_OUT_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Whether a connection may go there: to a public address, or into one of the configured networks.
pub(crate) fn may_go_to(ip: IpAddr, networks: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    networks.iter().any(|net| net.contains(&ip)) || is_public(ip)
}

fn is_public(ip: IpAddr) -> bool {
    let within =
        |(net, bits): (IpAddr, u8)| IpNet::new(net, bits).is_ok_and(|net| net.contains(&ip));
    let v6 = |(net, bits): (Ipv6Addr, u8)| (IpAddr::from(net), bits);
    match ip {
        IpAddr::V4(_) => !CLOSED_V4
            .into_iter()
            .any(|(net, bits)| within((net.into(), bits))),
        IpAddr::V6(ip) => match embedded(ip) {
            Some(inner) => is_public(inner.into()),
            None => within(v6(GIVEN_OUT_V6)) && !CLOSED_V6.into_iter().any(|net| within(v6(net))),
        },
    }
}

/// The address of version 4 that an address of version 6 leads to: NAT64 (RFC 6052) or 6to4
/// (RFC 3056).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => Some(v4(g, h)),
        (0x2002, _) => Some(v4(b, c)),
        _ => None,
    }
}

/// Resolves names, and gives those addresses alone that a connection may go to.
pub(crate) struct Guard {
    /// The configured networks.
    networks: Vec<IpNet>,
    /// Into those alone, and to no public address: for what is not encrypted.
    only: bool,
}

/// A name led to no address that a connection may go to.
#[derive(Debug, thiserror::Error)]
#[error("the address is private, or not given out to servers")]
pub(crate) struct Forbidden;

impl Guard {
    pub(crate) fn new(networks: &[IpNet], only: bool) -> Self {
        Self {
            networks: networks.to_vec(),
            only,
        }
    }

    /// Whether a connection may go there.
    pub(crate) fn lets_to(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let within = self.networks.iter().any(|net| net.contains(&ip));
        within || (!self.only && is_public(ip))
    }

    /// Those of the addresses.
    fn of(&self, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Forbidden> {
        let kept: Vec<_> = found.filter(|found| self.lets_to(found.ip())).collect();
        if kept.is_empty() {
            return Err(Forbidden);
        }
        Ok(kept)
    }
}

/// As the HTTP client takes it.
pub(crate) struct Guarded(pub(crate) Arc<Guard>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            // The port is the address's own: the client puts it in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Addrs = Box::new(guard.of(found)?.into_iter());
            Ok(kept)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn private_and_special_addresses_are_closed_whatever_they_are_wrapped_in() {
        for closed in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.8.8.8",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::10.0.0.1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!may_go_to(ip(closed), &[]), "{closed}");
        }
    }

    #[test]
    fn public_addresses_and_the_networks_that_are_named_are_open() {
        for open in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "193.0.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "64:ff9b::1.1.1.1",
            "2a00:1450:4007::1",
        ] {
            assert!(may_go_to(ip(open), &[]), "{open}");
        }
        let own = ["10.9.0.0/16".parse().unwrap()];
        assert!(may_go_to(ip("10.9.1.1"), &own));
        assert!(may_go_to(ip("::ffff:10.9.1.1"), &own));
        assert!(!may_go_to(ip("10.8.1.1"), &own));
    }

    #[test]
    fn what_is_not_encrypted_goes_to_the_named_networks_alone() {
        let own = ["127.0.0.1/32".parse().unwrap()];
        let guard = Guard::new(&own, true);
        assert!(guard.lets_to(ip("127.0.0.1")));
        assert!(!guard.lets_to(ip("127.0.0.2")));
        assert!(!guard.lets_to(ip("1.1.1.1")));
    }

    #[test]
    fn of_a_names_addresses_the_open_ones_are_kept_and_none_is_an_error() {
        let guard = Guard::new(&[], false);
        let all = |texts: &[&str]| {
            let addresses = texts.iter().map(|text| SocketAddr::new(ip(text), 0));
            guard.of(addresses.collect::<Vec<_>>().into_iter())
        };
        let kept = all(&["127.0.0.1", "1.1.1.1", "::1"]).unwrap();
        assert_eq!(kept, [SocketAddr::new(ip("1.1.1.1"), 0)]);
        assert!(all(&["127.0.0.1", "10.0.0.1"]).is_err());
        assert!(all(&[]).is_err());
    }
}
