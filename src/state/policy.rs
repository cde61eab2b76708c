//! Whether a page's policy lets forms go to an address.

/// Where a form is to go.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Such as `https:`.
    pub protocol: &'a str,
    /// Without its port.
    pub host: &'a str,
    /// Empty for the protocol's own.
    pub port: &'a str,
    /// It has the page's own origin.
    pub is_own: bool,
}

/// Whether this Content-Security-Policy lets forms go there, by its `form-action`. One that does
/// not say so is no such policy: it was asked for what it refused.
#[must_use]
pub fn lets(policy: &str, target: &Target<'_>) -> bool {
    let policy = policy.to_ascii_lowercase();
    let after = policy.split_once("form-action").map(|(_, after)| after);
    let sources = after.and_then(|after| after.split(';').next());
    let mut sources = sources.unwrap_or_default().split_ascii_whitespace();
    sources.any(|source| allows(source, target))
}

fn allows(source: &str, target: &Target<'_>) -> bool {
    if source == "'self'" {
        return target.is_own;
    }
    // Anything, or anything of a scheme.
    if source == "*" || source.ends_with(':') {
        return true;
    }
    let rest = source.split_once("://").map_or(source, |(_, rest)| rest);
    let place = rest.split('/').next().unwrap_or_default();
    let (name, port) = place
        .split_once(':')
        .map_or((place, None), |(name, port)| (name, Some(port)));
    let parent = name.strip_prefix('*');
    let below = parent.is_some_and(|end| end.starts_with('.') && target.host.ends_with(end));
    if !below && name != target.host {
        return false;
    }
    match (port, target.port, target.protocol) {
        (Some("*"), ..) => true,
        (Some(port), "", "https:") => port == "443",
        (Some(port), "", _) => port == "80",
        (Some(port), other, _) => port == other,
        (None, port, _) => port.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORM: Target<'_> = Target {
        protocol: "https:",
        host: "pay.platform.example",
        port: "",
        is_own: false,
    };

    #[test]
    fn a_policy_that_names_the_platform_lets_forms_go_there() {
        for sources in [
            "*",
            "https:",
            "https://pay.platform.example",
            "https://pay.platform.example:443/php/",
            "pay.platform.example:*",
            "https://*.platform.example",
            "'self' HTTPS://PAY.platform.example",
        ] {
            let policy = format!("default-src 'none'; form-action {sources}; base-uri 'none'");
            assert!(lets(&policy, &PLATFORM), "{sources}");
        }
    }

    #[test]
    fn any_other_policy_does_not() {
        for sources in [
            "",
            "'none'",
            "'self'",
            "https://platform.example",
            "https://pay.platform.example:8443",
            "https://pay.platform.example.evil.example",
            "https://*.pay.platform.example",
        ] {
            let policy = format!("form-action {sources}; connect-src *");
            assert!(!lets(&policy, &PLATFORM), "{sources}");
        }
        assert!(!lets("default-src *", &PLATFORM));
    }

    #[test]
    fn the_page_s_own_origin_and_ports_are_compared() {
        let own = Target {
            is_own: true,
            ..PLATFORM
        };
        assert!(lets("form-action 'self'", &own));
        let local = Target {
            protocol: "http:",
            host: "127.0.0.1",
            port: "8602",
            is_own: false,
        };
        assert!(lets("form-action http://127.0.0.1:8602", &local));
        assert!(!lets("form-action http://127.0.0.1", &local));
    }
}
