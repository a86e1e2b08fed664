// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayConnectors
import RelayEngine
import RelayTransport

/// Turns checked configuration files into what the daemon is made of.
struct DaemonSetup {
    let relay: RelayConfiguration
    let topology: Topology
    /// What the city lets leave; nil: nothing.
    var policy: DisclosurePolicy?
    /// Set where the members' list is a signed manifest.
    var manifest: ManifestSource?

    enum Fault: Error, CustomStringConvertible {
        case unknownMember(MemberID)

        var description: String {
            switch self {
            case .unknownMember(let id):
                "config.unknown-member: \(id) is no member of the topology. "
                    + "Run: cityrelay config check"
            }
        }
    }

    /// Throws when the account key cannot be read or we are not in the topology.
    func configuration(software: String) throws -> DaemonConfiguration {
        guard let own = topology.member(relay.member) else {
            throw Fault.unknownMember(relay.member)
        }
        let account = try SecretFile.account(
            relay.chain.accountKeyFile, prefix: relay.chain.addressPrefix)
        var configuration = DaemonConfiguration(
            ownMember: relay.member, topology: topology, connector: connector(own, account),
            engine: engine(own, account),
            tls: TLSContext.Files(
                certificate: relay.tls.certificate, key: relay.tls.privateKey,
                authority: relay.tls.authorities, passphraseFile: relay.tls.passphraseFile),
            listenAddress: relay.peerListen.host, listenPort: Int(relay.peerListen.port),
            storeFile: relay.storeFile, verifierThreads: relay.verifierThreads,
            software: software)
        configuration.manifest = manifest
        configuration.api = relay.api.map { api in
            APIConfiguration(
                address: api.listen.host, port: Int(api.listen.port),
                tls: TLSContext.Files(
                    certificate: api.tls.certificate, key: api.tls.privateKey,
                    authority: api.tls.authorities, passphraseFile: api.tls.passphraseFile),
                admitsAnybody: api.takesLinks)
        }
        configuration.metrics = relay.metricsListen.map {
            MetricsConfiguration(address: $0.host, port: Int($0.port))
        }
        if let records = relay.records {
            configuration.disclosure = DisclosureConfiguration(
                office: records.office, officeAuthorities: records.officeAuthorities,
                policy: policy ?? DisclosurePolicy(nothingFrom: relay.member),
                evidenceKey: try SecretFile.evidenceKey(
                    records.evidenceKeyFile, passphraseFile: records.evidencePassphraseFile),
                storeFile: relay.dataDirectory + "/access.db")
            configuration.disclosure?.sender = try records.senderKeyFile.map {
                try SecretFile.account($0, prefix: relay.chain.addressPrefix)
            }
        }
        configuration.disclosure?.licenceApplications = relay.records?.licenceApplications ?? []
        configuration.letters = try relay.letters.map { try letters($0) }
        configuration.peerTiming.callMilliseconds = milliseconds(
            relay.timing.peerTimeoutNanoseconds)
        return configuration
    }

    private func letters(
        _ letters: RelayConfiguration.Letters
    ) throws -> LettersConfiguration {
        var configuration = LettersConfiguration(
            institution: letters.institution ?? relay.member.institution,
            account: try SecretFile.account(
                letters.accountKeyFile, prefix: relay.chain.addressPrefix),
            applications: letters.applications, bankApplications: letters.bankApplications,
            sealingSecret: try SecretFile.sealingSecret(letters.sealingKeyFile),
            storeFile: relay.dataDirectory + "/letters.db")
        configuration.retiredSealingSecrets = try letters.retiredSealingKeyFiles.map {
            try SecretFile.sealingSecret($0)
        }
        configuration.retiredSealingNanoseconds = letters.retiredSealingNanoseconds
        configuration.calendar = try CalendarFiles.calendar(
            letters.calendarFiles, signers: letters.calendarSigners)
        configuration.registry = try letters.institutionsFile.map {
            try InstitutionFiles.registry($0)
        }
        configuration.limits.accept = letters.acceptDays
        configuration.limits.remit = letters.remitDays
        configuration.limits.credit = letters.creditDays
        configuration.limits.negotiate = letters.negotiateDays
        configuration.review.minimumSealedMonths = letters.minimumSealedMonths
        configuration.review.holdsUnsealed = letters.holdsUnsealed
        configuration.lifetimeSeconds = letters.lifetimeSeconds
        return configuration
    }

    private func connector(_ own: Member, _ account: AccountKey) -> ConnectorConfiguration {
        var counterparties: [String: ConnectorConfiguration.Counterparty] = [:]
        for peer in topology.peers(of: relay.member) {
            counterparties[peer.chain.id.description] = ConnectorConfiguration.Counterparty(
                peer.chain)
        }
        let price = relay.chain.gasPrice
        var scale: UInt64 = 1
        for _ in 0..<price.scale { scale *= 10 }
        var configuration = ConnectorConfiguration(
            chainID: own.chain.id, trustThreshold: own.chain.parameters.trustThreshold,
            nodes: relay.chain.nodes, nodeAuthorities: relay.chain.nodeAuthorities,
            account: account, gasPrice: price.mantissa, gasPriceScale: scale,
            gasDenomination: price.denomination, maxGas: relay.chain.maxGas,
            lifetimeBlocks: relay.chain.transactionLifetimeBlocks, counterparties: counterparties)
        configuration.nodeLimits.timeoutMilliseconds = milliseconds(
            relay.chain.requestTimeoutNanoseconds)
        configuration.nodeLimits.batchCalls = relay.chain.requestBatch
        configuration.followerLimits.pollMilliseconds = milliseconds(
            relay.chain.pollIntervalNanoseconds)
        return configuration
    }

    private func engine(_ own: Member, _ account: AccountKey) -> EngineConfiguration {
        let members = TopologyChange(topology, of: relay.member)
        var configuration = EngineConfiguration(
            chainID: own.chain.id.description, account: account.address.description,
            routes: members.routes, topologyVersion: members.version,
            topologyDigest: members.digest, seed: UInt64.random(in: .min ... .max))
        configuration.limits.inboxPackets = relay.limits.inboxPackets
        configuration.limits.packetsPerCall = relay.limits.batchPackets
        configuration.limits.messagesPerTransaction = relay.limits.batchPackets
        configuration.limits.attemptsBeforeParking = relay.limits.attempts
        configuration.timing.reconcileInterval = relay.timing.reconcileNanoseconds
        configuration.timing.backoff.initial = relay.timing.firstRetryNanoseconds
        configuration.timing.backoff.maximum = relay.timing.longestRetryNanoseconds
        return configuration
    }

    private func milliseconds(_ nanoseconds: Int64) -> Int { Int(max(1, nanoseconds / 1_000_000)) }
}
