// SPDX-License-Identifier: Apache-2.0

import Federation

/// Reads a relay's own file, and gathers all findings.
struct RelayDecoder {
    private var context: DecodingContext
    private let files: ConfigurationFiles

    static func decode(
        path: String, files: ConfigurationFiles
    ) -> (configuration: RelayConfiguration?, context: DecodingContext) {
        let (root, findings) = files.document(path)
        var decoder = RelayDecoder(context: DecodingContext(file: path), files: files)
        decoder.context.findings = findings
        let configuration = root.flatMap { decoder.configuration($0) }
        return (configuration, decoder.context)
    }

    private mutating func configuration(_ node: YAMLNode) -> RelayConfiguration? {
        let keys = RelayKeys.self
        let root = SectionDecoder(node, keys.root, path: "", &context)
        let member = root.value(keys.member, &context, ScalarParser.member)
        let topology = path(root, keys.topology)
        let federation = root.section(keys.federation, keys.federationSection, &context)
        let manifest = federation.flatMap { path($0, keys.manifest) }
        let anchor = federation?.value(keys.manifestAnchor, &context, ScalarParser.hash)
        checkMembers(topology, federation)
        let data = path(root, keys.dataDirectory)
        let threads = integer(root, keys.verifierThreads, 1...64)
        let peer = root.section(keys.peer, keys.peerSection, &context)
        let listen = peer?.value(keys.listen, &context, ScalarParser.endpoint)
        let tls = peer.flatMap { self.tls($0) }
        let apiSection = root.section(keys.api, keys.apiSection, &context)
        let apiListener = tls.flatMap { self.api(apiSection, besides: $0) }
        let metrics = root.section(keys.metrics, keys.metricsSection, &context)
            .flatMap { self.metrics($0) }
        let chain = root.section(keys.chain, keys.chainSection, &context)
            .flatMap { self.chain($0) }
        let recordsSection = root.section(keys.records, keys.recordsSection, &context)
        let records = recordsSection.flatMap { self.records($0) }
        let letters = root.section(LettersKeys.letters, LettersKeys.section, &context)
            .flatMap { LettersDecoder.decode($0, files: files, &context) }
        let limits = limits(section(root, keys.limits, keys.limitsSection))
        let timing = timing(section(root, keys.timing, keys.timingSection))
        let log = log(section(root, keys.log, keys.logSection))
        guard let member, let data, let threads, let listen, let tls, let chain,
            let limits, let timing, let log
        else { return nil }
        return RelayConfiguration(
            member: member, topologyFile: topology, manifestFile: manifest,
            manifestAnchor: anchor, dataDirectory: data, peerListen: listen,
            tls: tls, api: apiListener, metricsListen: metrics, chain: chain, limits: limits,
            timing: timing, verifierThreads: threads, records: records, letters: letters, log: log)
    }

    /// The members' list comes from one place.
    private mutating func checkMembers(_ topology: String?, _ federation: SectionDecoder?) {
        guard (topology == nil) == (federation == nil) else { return }
        context.add(
            context.mark(of: "topology"), "topology",
            topology == nil
                ? "neither `topology` nor `federation` is given"
                : "`topology` and `federation` are both given",
            "name a topology file, or the manifest in section `federation`")
    }

    /// A section whose keys all have standard values: absent, it reads as an empty one.
    private mutating func section(
        _ root: SectionDecoder, _ key: ConfigurationKey, _ section: ConfigurationSection
    ) -> SectionDecoder {
        root.section(key, section, &context)
            ?? SectionDecoder(
                YAMLNode(mark: root.mark, content: .mapping([])), section, path: root.place(key),
                &context)
    }

    private mutating func path(_ section: SectionDecoder, _ key: ConfigurationKey) -> String? {
        section.value(key, &context, ScalarParser.text)
            .map { files.resolve($0, besides: context.file) }
    }

    private mutating func integer(
        _ section: SectionDecoder, _ key: ConfigurationKey, _ range: ClosedRange<UInt64>
    ) -> Int? {
        section.integer(key, in: range, &context).map { Int(clamping: $0) }
    }

    private mutating func tls(_ peer: SectionDecoder) -> RelayConfiguration.TLSFiles? {
        let keys = RelayKeys.self
        let certificate = path(peer, keys.certificate)
        let privateKey = path(peer, keys.privateKey)
        let authorities = path(peer, keys.authorities)
        let passphrase = path(peer, keys.passphraseFile)
        guard let certificate, let privateKey, let authorities else { return nil }
        return RelayConfiguration.TLSFiles(
            certificate: certificate, privateKey: privateKey, authorities: authorities,
            passphraseFile: passphrase)
    }

    /// Nil where the section is absent or wrong; then there is a finding.
    private mutating func api(
        _ section: SectionDecoder?, besides peer: RelayConfiguration.TLSFiles
    ) -> RelayConfiguration.APIListener? {
        guard let section else { return nil }
        let keys = RelayKeys.self
        var tls = peer
        let certificate = path(section, keys.apiCertificate)
        let privateKey = path(section, keys.apiPrivateKey)
        if section.has(keys.apiCertificate) != section.has(keys.apiPrivateKey) {
            context.add(
                section.mark, section.path, "certificate and private key belong together",
                "give both, or neither")
        }
        let passphrase = path(section, keys.apiPassphraseFile)
        if let certificate, let privateKey {
            tls.certificate = certificate
            tls.privateKey = privateKey
            tls.passphraseFile = passphrase
        } else if passphrase != nil {
            context.add(
                section.mark, section.path, "the passphrase file opens no private key",
                "give private_key and certificate too, or leave it away")
        }
        if let authorities = path(section, keys.apiAuthorities) { tls.authorities = authorities }
        let login = section.choice(keys.apiLogin, &context)
        guard let listen = section.value(keys.apiListen, &context, ScalarParser.endpoint) else {
            return nil
        }
        return RelayConfiguration.APIListener(
            listen: listen, tls: tls, takesLinks: login == "link")
    }

    /// Nobody is asked for a certificate there, so it must not be reached from elsewhere.
    private mutating func metrics(_ section: SectionDecoder) -> Endpoint? {
        let key = RelayKeys.metricsListen
        guard let listen = section.value(key, &context, ScalarParser.endpoint) else { return nil }
        let parts = listen.host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback =
            listen.host == "::1"
            || parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        if !isLoopback {
            let place = section.place(key)
            context.add(
                context.mark(of: place), place,
                "\(listen.host) is not this machine alone, and it asks for no certificate",
                "give 127.0.0.1 or ::1; from elsewhere monitors use the `api` listener")
        }
        return listen
    }

    /// More nodes than a city has; each costs a connection.
    private static let maxNodes = 16

    private mutating func chain(_ section: SectionDecoder) -> RelayConfiguration.ChainAccess? {
        let keys = RelayKeys.self
        let nodes = section.list(keys.nodes, &context, ScalarParser.url)
        if let nodes, nodes.isEmpty || nodes.count > RelayDecoder.maxNodes {
            let place = section.place(keys.nodes)
            context.add(
                context.mark(of: place), place, "\(nodes.count) nodes",
                "give 1 to \(RelayDecoder.maxNodes), better two than one")
        }
        let nodeAuthorities = path(section, keys.nodeAuthorities)
        let account = path(section, keys.accountKeyFile)
        let prefix = section.value(keys.addressPrefix, &context, ScalarParser.text)
        let gasPrice = section.value(keys.gasPrice, &context, ScalarParser.gasPrice)
        let maxGas = section.integer(keys.maxGas, in: 100_000...UInt64(Int64.max), &context)
        let timeout = section.duration(
            keys.requestTimeout, milliseconds: 100...600_000, &context)
        let poll = section.duration(keys.pollInterval, milliseconds: 10...600_000, &context)
        let lifetime = section.integer(keys.transactionLifetime, in: 2...1000, &context)
        let batch = integer(section, keys.requestBatch, 1...100)
        guard let nodes, let account, let prefix, let gasPrice, let maxGas, let timeout, let poll,
            let lifetime, let batch
        else { return nil }
        return RelayConfiguration.ChainAccess(
            nodes: nodes, nodeAuthorities: nodeAuthorities, accountKeyFile: account,
            addressPrefix: prefix, gasPrice: gasPrice, maxGas: maxGas,
            requestTimeoutNanoseconds: timeout, pollIntervalNanoseconds: poll,
            transactionLifetimeBlocks: lifetime, requestBatch: batch)
    }

    private mutating func records(_ section: SectionDecoder) -> RelayConfiguration.Records? {
        let keys = RelayKeys.self
        let key = path(section, keys.evidenceKeyFile)
        let passphrase = path(section, keys.evidencePassphraseFile)
        let office =
            section.has(keys.office)
            ? section.value(keys.office, &context, ScalarParser.url) : nil
        let authorities = path(section, keys.officeAuthorities)
        let policy = path(section, keys.officePolicy)
        let sender = path(section, keys.senderKeyFile)
        let halls =
            section.has(keys.licenceApplications)
            ? section.list(keys.licenceApplications, &context, ScalarParser.applicationName) : []
        guard let key, let halls else { return nil }
        return RelayConfiguration.Records(
            evidenceKeyFile: key, evidencePassphraseFile: passphrase, office: office,
            officeAuthorities: authorities, policyFile: policy, senderKeyFile: sender,
            licenceApplications: halls)
    }

    private mutating func limits(_ section: SectionDecoder) -> RelayConfiguration.Limits? {
        let keys = RelayKeys.self
        let inbox = integer(section, keys.inboxPackets, 100...1_000_000)
        let batch = integer(section, keys.batchPackets, 1...256)
        let attempts = integer(section, keys.attempts, 1...1000)
        guard let inbox, let batch, let attempts else { return nil }
        return RelayConfiguration.Limits(
            inboxPackets: inbox, batchPackets: batch, attempts: attempts)
    }

    private mutating func timing(_ section: SectionDecoder) -> RelayConfiguration.Timing? {
        let keys = RelayKeys.self
        let reconcile = section.duration(
            keys.reconcileInterval, milliseconds: 1_000...3_600_000, &context)
        let first = section.duration(keys.firstRetry, milliseconds: 10...600_000, &context)
        let longest = section.duration(keys.longestRetry, milliseconds: 10...86_400_000, &context)
        let peer = section.duration(keys.peerTimeout, milliseconds: 100...600_000, &context)
        guard let reconcile, let first, let longest, let peer else { return nil }
        if longest < first {
            let place = section.place(keys.longestRetry)
            context.add(
                context.mark(of: place), place, "shorter than `first_retry`",
                "make it at least as long")
        }
        return RelayConfiguration.Timing(
            reconcileNanoseconds: reconcile, firstRetryNanoseconds: first,
            longestRetryNanoseconds: longest, peerTimeoutNanoseconds: peer)
    }

    private mutating func log(_ section: SectionDecoder) -> RelayConfiguration.LogOptions? {
        let keys = RelayKeys.self
        let level = section.choice(keys.level, &context).flatMap { LogLevel(name: $0) }
        let format = section.choice(keys.format, &context)
        let file = path(section, keys.logFile)
        guard let level, let format else { return nil }
        return RelayConfiguration.LogOptions(level: level, isJSON: format == "json", file: file)
    }
}
