// SPDX-License-Identifier: Apache-2.0

/// The bounds of a manifest. Each is far above what a federation of the country's 491 centres
/// needs, and low enough that a hostile manifest costs no more than a good one.
public enum ManifestLimits {
    /// As in a topology: see `Topology.maxMembers`.
    public static let members = Topology.maxMembers
    /// The present key and the next; two more for a change that overlaps another.
    public static let keysPerRole = 4
    /// As above, for the relay's TLS keys.
    public static let keyPins = 4
    /// A member runs a handful of processes at most.
    public static let endpoints = 8
    /// One main chain and its side chains.
    public static let chains = 8
    /// ICS-23 walks one proof a part: store and key prefix are two.
    public static let prefixParts = 4
    /// Of any one name, bytes of UTF-8: sixty Chinese characters and more.
    public static let nameBytes = 200
    /// Of a reason or a note, bytes of UTF-8: a paragraph.
    public static let reasonBytes = 1_000
    /// A member's entry: eight chains and full lists, bytes.
    public static let entryBytes = 16_384
    /// A whole manifest; fits one message of the peer protocol, bytes.
    public static let manifestBytes = 3_500_000
    /// One a voting member, never more.
    public static let signatures = members
    /// Longest time between issue and hard expiry: four years, so that nobody forgets, seconds.
    public static let lifetimeSeconds: Int64 = 4 * 366 * 86_400
    /// Marks of revoked keys that outlive their entries: six keys of each of the most members. They
    /// take 208,896 bytes of a manifest.
    public static let spentKeys = 6 * members
    /// Evidence of two versions of one number that a relay keeps. More than one is an alarm
    /// already; the first ones name the guilty.
    public static let equivocations = 16
}
