// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The keys of a topology file, which all members share.
enum TopologyKeys {
    static let topology = ConfigurationKey(
        "topology", .section, .required,
        "What this file is, so that members can tell whether theirs is the same.")
    static let members = ConfigurationKey(
        "members", .sections, .required, "The organisations of the federation, at least two.")
    static let routes = ConfigurationKey(
        "routes", .sections, .required,
        "The pairs of members that exchange packets, each in both directions.")
    static let root = ConfigurationSection(
        "",
        "The topology file. Every member runs with the same one; relays compare version and digest.",
        [topology, members, routes])

    // topology
    static let name = ConfigurationKey(
        "name", .text, example: "yangtze-delta", "The federation's name.")
    static let version = ConfigurationKey(
        "version", .integer, example: "1",
        "Rises by one with every change that all members agreed on. Relays compare it, and a digest of "
            + "the whole topology, whenever they meet.")
    static let head = ConfigurationSection("topology", "", [name, version])

    // members[]
    static let division = ConfigurationKey(
        "division", .code, example: "\"330100\"",
        "Division code after GB/T 2260, six digits.")
    static let institution = ConfigurationKey(
        "institution", .code, example: "\"330100000000000\"",
        "Institution code: a fund centre's 15 digits, a unified social credit code (18 characters, "
            + "GB 32100) or an organisation code (9 characters, GB 11714). Check characters are checked."
    )
    static let memberName = ConfigurationKey(
        "name", .text, example: "Hangzhou", "Short name in Latin letters, for logs and tables.")
    static let localName = ConfigurationKey(
        "local_name", .text, .optional, example: "杭州", "The organisation's name in its own script.")
    static let chain = ConfigurationKey(
        "chain", .section, .required, "The member's chain, as the other members verify it.")
    static let relay = ConfigurationKey(
        "relay", .section, .required, "The member's relay, as the other members reach it.")
    static let evidenceKeys = ConfigurationKey(
        "evidence_keys", .list("keys"), .optional, example: "[\"ed25519:5fa1…\"]",
        "Keys that sign the member's requests for proofs, its releases and its access log; two while "
            + "one is changed. Absent: the member takes no part in proofs.")
    static let member = ConfigurationSection(
        "members[]", "",
        [division, institution, memberName, localName, chain, relay, evidenceKeys])

    // members[].chain
    static let chainID = ConfigurationKey(
        "id", .text, example: "hangzhou-330100-1",
        "Chain id, as it stands in the chain's genesis: 1 to 50 bytes.")
    static let family = ConfigurationKey(
        "family", .choice(FamilyID.allCases.map(\.rawValue)), .standard("cometbft"),
        "Kind of chain: decides how headers and proofs are verified.")
    static let trustThreshold = ConfigurationKey(
        "trust_threshold", .fraction, .standard("1/3"),
        "Part of a trusted validator set that must have signed a header further on, 1/3 to 1.")
    static let trustingPeriod = ConfigurationKey(
        "trusting_period", .duration, example: "14d",
        "How long a verified header may serve as a base for others; shorter than `unbonding_period`, "
            + "two thirds of it is customary.")
    static let unbondingPeriod = ConfigurationKey(
        "unbonding_period", .duration, example: "21d",
        "How long the chain can still punish a validator that has left.")
    static let clockDrift = ConfigurationKey(
        "clock_drift", .duration, .standard("10s"),
        "How far a header's time may lie ahead of the relay's clock.")
    static let blockInterval = ConfigurationKey(
        "block_interval", .duration, .standard("5s"),
        "About how long a block takes. Paces requests; nothing is judged by it.")
    static let commitmentPrefix = ConfigurationKey(
        "commitment_prefix", .list("texts"), .optional, example: "[\"ibc\", \"\"]",
        "What stands before every commitment key: the store's name, then the prefix within it. "
            + "Standard: `[\"ibc\", \"\"]`, as ibc-go chains have it.")
    static let trustAnchor = ConfigurationKey(
        "trust_anchor", .section, .optional,
        "The header that everything starts from. Compare it with the chain's operator outside this "
            + "system, by phone or on paper.")
    static let trustAnchorFile = ConfigurationKey(
        "trust_anchor_file", .path, .optional, example: "anchors/330100.yaml",
        "A file that holds `trust_anchor`, where the chain is made anew at every start. Give this or "
            + "`trust_anchor`.")
    static let chainSection = ConfigurationSection(
        "members[].chain", "",
        [
            chainID, family, trustThreshold, trustingPeriod, unbondingPeriod, clockDrift,
            blockInterval, commitmentPrefix, trustAnchor, trustAnchorFile,
        ])

    // members[].chain.trust_anchor
    static let anchorHeight = ConfigurationKey(
        "height", .integer, example: "1", "Height of the header.")
    static let anchorHash = ConfigurationKey(
        "hash", .hash, example: "\"5fa1…\"", "Hash of the header, 64 hexadecimal digits.")
    static let anchor = ConfigurationSection(
        "members[].chain.trust_anchor", "", [anchorHeight, anchorHash])

    // members[].relay
    static let endpoints = ConfigurationKey(
        "endpoints", .list("`host:port`"), example: "[\"relay.hangzhou.example:27100\"]",
        "Where peers reach the relay, tried in this order; at most 8.")
    static let keyPins = ConfigurationKey(
        "key_pins", .list("hashes"), .optional, example: "[\"sha256:9b1c…\"]",
        "SHA-256 of the public key (SubjectPublicKeyInfo) of the relay's certificate; a second one "
            + "while the key is changed, at most 4. Without a pin the certificate authority alone "
            + "vouches for the member, and `config check` warns.")
    static let keyPinsFile = ConfigurationKey(
        "key_pins_file", .path, .optional, example: "anchors/330100.yaml",
        "A file that holds `key_pins`, where keys are made anew at every start. Give this or "
            + "`key_pins`.")
    static let relaySection = ConfigurationSection(
        "members[].relay", "", [endpoints, keyPins, keyPinsFile])

    // routes[]
    static let first = ConfigurationKey(
        "first", .code, example: "\"330100/330100000000000\"",
        "One member: division and institution code with a slash between.")
    static let second = ConfigurationKey(
        "second", .code, example: "\"110000/110000000000000\"", "The other member.")
    static let firstClient = ConfigurationKey(
        "first_client", .text, .optional, example: "07-tendermint-0",
        "The light client on the first member's chain that follows the second's. Absent: the relay "
            + "finds it, or creates it and registers the counterparty.")
    static let secondClient = ConfigurationKey(
        "second_client", .text, .optional, example: "07-tendermint-0",
        "The light client on the second member's chain that follows the first's.")
    static let maxPacketLifetime = ConfigurationKey(
        "max_packet_lifetime", .duration, .standard("24h"),
        "Longest time from a packet's send to its deadline, 1s to 24h.")
    static let route = ConfigurationSection(
        "routes[]", "", [first, second, firstClient, secondClient, maxPacketLifetime])

    /// The separate file that `trust_anchor_file` and `key_pins_file` name.
    static let factsFile = ConfigurationSection(
        "",
        "What is known only once a chain and its relay's keys exist: named by `trust_anchor_file` "
            + "and `key_pins_file`, which may name the same file.",
        [trustAnchor, keyPins])

    static let sections = [
        root, head, member, chainSection, anchor, relaySection, route,
    ]
}
