//! Where the routes begin whose addresses are given to others: to platforms, browsers and shops.
//! The route and the address come from one constant.

/// A platform's notifications.
pub(crate) const NOTIFY: &str = "/notify";

/// The browser coming back from a platform.
pub(crate) const RETURN: &str = "/return";

/// The checkout as pages of our own.
pub(crate) const PAY: &str = "/pay";

/// The pages of the shop's people.
pub(crate) const DESK: &str = "/desk";
