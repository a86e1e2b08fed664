// SPDX-License-Identifier: Apache-2.0

/// The keys of a relay's own file.
enum RelayKeys {
    static let member = ConfigurationKey(
        "member", .code, example: "\"330100/330100000000000\"",
        "Which member of the topology this relay speaks for: division and institution code.")
    static let topology = ConfigurationKey(
        "topology", .path, .optional, example: "yangtze-delta.yaml",
        "The topology file. Peers, their addresses and the terms for their chains come from it. Give "
            + "this, or `federation`.")
    static let federation = ConfigurationKey(
        "federation", .section, .optional,
        "The signed manifest that peers, addresses and terms come from, instead of a topology file."
    )
    static let dataDirectory = ConfigurationKey(
        "data_directory", .path, example: "data",
        "Folder of the store (`relay.db`) and its lock. Must exist; one relay a folder.")
    static let verifierThreads = ConfigurationKey(
        "verifier_threads", .integer, .standard("2"),
        "Threads that verify signatures and proofs, 1 to 64.")
    static let peer = ConfigurationKey(
        "peer", .section, .required,
        "The listener for other members' relays. Always mutual TLS 1.3.")
    static let api = ConfigurationKey(
        "api", .section, .optional,
        "The listener for this member's own applications, operators and console. Always mutual "
            + "TLS 1.3. Absent: there is none.")
    static let metrics = ConfigurationKey(
        "metrics", .section, .optional,
        "A listener in plain HTTP/1.1, on this machine alone, for monitors without a certificate: "
            + "`/metrics`, `/livez`, `/readyz`, `/routez`. Absent: monitors use the `api` listener."
    )
    static let chain = ConfigurationKey(
        "chain", .section, .required,
        "This member's own chain: its nodes, and the account that pays.")
    static let records = ConfigurationKey(
        "records", .section, .optional,
        "Proofs about records: asked of other cities for this member's applications, and answered for "
            + "theirs. Absent: this relay takes no part in them.")
    static let limits = ConfigurationKey(
        "limits", .section, .optional, "How much is taken on before a sender is told to wait.")
    static let timing = ConfigurationKey("timing", .section, .optional, "How often, and how long.")
    static let log = ConfigurationKey("log", .section, .optional, "What is written about events.")
    static let root = ConfigurationSection(
        "", "The relay's own file, given by `cityrelay run --config FILE`.",
        [
            member, topology, federation, dataDirectory, verifierThreads, peer, api, metrics,
            chain, records, LettersKeys.letters, limits, timing, log,
        ])

    // federation
    static let manifest = ConfigurationKey(
        "manifest", .path, example: "federation.manifest",
        "Signed versions of the manifest: at least the one that `manifest_anchor` names. The latest "
            + "version that the store has verified wins. Read again on SIGHUP; what is new is verified "
            + "and spread to all peers.")
    static let manifestAnchor = ConfigurationKey(
        "manifest_anchor", .hash, .optional, example: "\"5fa1…\"",
        "Digest of the version that everything starts from, compared with another member by "
            + "telephone. Needed until the store holds a version.")
    static let federationSection = ConfigurationSection(
        "federation", "", [manifest, manifestAnchor])

    // peer
    static let listen = ConfigurationKey(
        "listen", .endpoint, example: "0.0.0.0:27100", "Address and port to listen on.")
    static let certificate = ConfigurationKey(
        "certificate", .path, example: "tls/relay.crt",
        "Certificate chain in PEM. Its URI name is `cityrelay://member/DIVISION/INSTITUTION`. Read "
            + "again when it changes; open connections stay.")
    static let privateKey = ConfigurationKey(
        "private_key", .path, example: "tls/relay.key",
        "Private key in PEM, readable by the relay's user alone. May be encrypted (PKCS#8).")
    static let passphraseFile = ConfigurationKey(
        "passphrase_file", .path, .optional, example: "tls/relay.pass",
        "A file whose first line opens an encrypted private key; readable by the relay's user "
            + "alone. Absent: the key is plain.")
    static let authorities = ConfigurationKey(
        "authorities", .path, example: "tls/ca.crt",
        "Certificates in PEM of the authorities that may vouch for peers and callers.")
    static let peerSection = ConfigurationSection(
        "peer", "", [listen, certificate, privateKey, passphraseFile, authorities])

    // api
    static let apiListen = ConfigurationKey(
        "listen", .endpoint, example: "127.0.0.1:27200", "Address and port to listen on.")
    static let apiCertificate = ConfigurationKey(
        "certificate", .path, .optional, example: "tls/api.crt",
        "Certificate chain in PEM, as that of `peer`. Absent: the one of `peer`.")
    static let apiPrivateKey = ConfigurationKey(
        "private_key", .path, .optional, example: "tls/api.key",
        "Its private key in PEM. Absent: the one of `peer`.")
    static let apiPassphraseFile = ConfigurationKey(
        "passphrase_file", .path, .optional, example: "tls/api.pass",
        "As that of `peer`, for this private key. Absent: the key is plain, or the one of `peer`.")
    static let apiAuthorities = ConfigurationKey(
        "authorities", .path, .optional, example: "tls/callers.crt",
        "Certificates in PEM of the authorities that may vouch for callers. Callers are named "
            + "`cityrelay://app/DIVISION/INSTITUTION/NAME` and "
            + "`cityrelay://person/DIVISION/INSTITUTION/ROLE/NAME`, ROLE being `observer`, "
            + "`operator` or `administrator`. Absent: those of `peer`.")
    static let apiLogin = ConfigurationKey(
        "login", .choice(["certificate", "link"]), .standard("certificate"),
        "How people reach the console: with a certificate alone, or also by a one-time link that "
            + "`cityrelay console link` prints. With `link`, callers without a certificate reach "
            + "the console's files and its login, and nothing else.")
    static let apiSection = ConfigurationSection(
        "api", "",
        [
            apiListen, apiCertificate, apiPrivateKey, apiPassphraseFile, apiAuthorities, apiLogin,
        ])

    // metrics
    static let metricsListen = ConfigurationKey(
        "listen", .endpoint, example: "127.0.0.1:27300",
        "Address and port to listen on: 127.0.0.0/8 or ::1, written as a number.")
    static let metricsSection = ConfigurationSection("metrics", "", [metricsListen])

    // chain
    static let nodes = ConfigurationKey(
        "nodes", .list("URLs"), example: "[http://10.0.0.1:26657, http://10.0.0.2:26657]",
        "JSON-RPC addresses of nodes of this member's own chain. When one fails or lags, the next is "
            + "asked. At most 16.")
    static let nodeAuthorities = ConfigurationKey(
        "node_authorities", .path, .optional, example: "tls/nodes.crt",
        "Certificates in PEM of the authorities of nodes reached by https. Absent: the system's.")
    static let accountKeyFile = ConfigurationKey(
        "account_key_file", .path, example: "account.key",
        "secp256k1 key of the account that signs and pays: 64 hexadecimal digits, readable by the "
            + "relay's user alone.")
    static let addressPrefix = ConfigurationKey(
        "address_prefix", .text, .standard("cosmos"), "Bech32 prefix of the chain's addresses.")
    static let gasPrice = ConfigurationKey(
        "gas_price", .gasPrice, example: "\"0.001stake\"",
        "What a unit of gas is paid with: a decimal and its denomination.")
    static let maxGas = ConfigurationKey(
        "max_gas", .integer, .standard("40000000"),
        "Most gas of one transaction; below the block's limit, so that others find room.")
    static let requestTimeout = ConfigurationKey(
        "request_timeout", .duration, .standard("10s"), "How long a node may take for an answer.")
    static let pollInterval = ConfigurationKey(
        "poll_interval", .duration, .standard("1s"),
        "How often a node is asked for news. New-block events only make it sooner.")
    static let transactionLifetime = ConfigurationKey(
        "transaction_lifetime_blocks", .integer, .standard("10"),
        "Blocks after which a transaction is refused by the chain, 2 to 1000: until then its outcome "
            + "is unknown.")
    static let requestBatch = ConfigurationKey(
        "request_batch", .integer, .standard("10"),
        "Questions in one request to a node, 1 to 100; CometBFT's standard limit is 10.")
    static let chainSection = ConfigurationSection(
        "chain", "",
        [
            nodes, nodeAuthorities, accountKeyFile, addressPrefix, gasPrice, maxGas, requestTimeout,
            pollInterval, transactionLifetime, requestBatch,
        ])

    // records
    static let evidenceKeyFile = ConfigurationKey(
        "evidence_key_file", .path, example: "evidence.key",
        "Ed25519 key that signs requests, releases and the access log (`access.db` in the data "
            + "directory): the file that `member init` made, or its seed as 64 hexadecimal digits; "
            + "readable by the relay's user alone.")
    static let evidencePassphraseFile = ConfigurationKey(
        "evidence_passphrase_file", .path, .optional, example: "evidence.pass",
        "File whose first line is the passphrase of an encrypted `evidence_key_file`; readable by "
            + "the relay's user alone.")
    static let office = ConfigurationKey(
        "office", .url, .optional, example: "http://127.0.0.1:27300",
        "Address of the city's record office. Absent: this city answers no questions.")
    static let officeAuthorities = ConfigurationKey(
        "office_authorities", .path, .optional, example: "tls/office.crt",
        "Certificates in PEM of the authorities of an office reached by https. Absent: the system's."
    )
    static let officePolicy = ConfigurationKey(
        "policy", .path, .optional, example: "policy.yaml",
        "The city's catalogue and grants. Absent: every question is refused.")
    static let senderKeyFile = ConfigurationKey(
        "sender_key_file", .path, .optional, example: "sender.key",
        "secp256k1 key of the account that sends on the chain's port `licence` for applications; "
            + "not the relay's own account. Absent: no licence is moved here.")
    static let licenceApplications = ConfigurationKey(
        "licence_applications", .list("names"), .optional, example: "[licence-hall]",
        "Applications that act as the licence hall, by the NAME in their certificates: they read and "
            + "change this city's licences. Absent: none does.")
    static let recordsSection = ConfigurationSection(
        "records", "",
        [
            evidenceKeyFile, evidencePassphraseFile, office, officeAuthorities, officePolicy,
            senderKeyFile, licenceApplications,
        ])

    // limits
    static let inboxPackets = ConfigurationKey(
        "inbox_packets", .integer, .standard("20000"),
        "Packets accepted from peers and not yet on our chain, 100 to 1000000; above it peers are "
            + "told when to come back.")
    static let batchPackets = ConfigurationKey(
        "batch_packets", .integer, .standard("100"),
        "Most packets of one message to a peer and of one transaction, 1 to 256.")
    static let attempts = ConfigurationKey(
        "attempts", .integer, .standard("20"),
        "Failed attempts at one step before a packet is parked for people to look at, 1 to 1000.")
    static let limitsSection = ConfigurationSection(
        "limits", "", [inboxPackets, batchPackets, attempts])

    // timing
    static let reconcileInterval = ConfigurationKey(
        "reconcile_interval", .duration, .standard("30s"),
        "How often what the chain has committed is compared with the store, and differences mended."
    )
    static let firstRetry = ConfigurationKey(
        "first_retry", .duration, .standard("1s"),
        "Pause after the first failed attempt; it doubles, with jitter, up to `longest_retry`.")
    static let longestRetry = ConfigurationKey(
        "longest_retry", .duration, .standard("5m"), "Longest pause between attempts.")
    static let peerTimeout = ConfigurationKey(
        "peer_timeout", .duration, .standard("20s"), "How long a peer may take for an answer.")
    static let timingSection = ConfigurationSection(
        "timing", "", [reconcileInterval, firstRetry, longestRetry, peerTimeout])

    // log
    static let level = ConfigurationKey(
        "level", .choice(LogLevel.allCases.map(\.name)), .standard("info"),
        "Events below this level are not written.")
    static let format = ConfigurationKey(
        "format", .choice(["text", "json"]), .standard("text"),
        "One line an event, as `key=value` or as JSON.")
    static let logFile = ConfigurationKey(
        "file", .path, .optional, example: "log/relay.log",
        "File to append to. Absent: standard error, as systemd takes it.")
    static let logSection = ConfigurationSection("log", "", [level, format, logFile])

    static let sections = [
        root, federationSection, peerSection, apiSection, metricsSection, chainSection,
        recordsSection, LettersKeys.section, limitsSection, timingSection, logSection,
    ]
}
