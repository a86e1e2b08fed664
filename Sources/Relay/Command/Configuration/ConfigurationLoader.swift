// SPDX-License-Identifier: Apache-2.0

package import Federation
package import RelayAPI

/// A relay's file and its topology, read, decoded and checked against each other.
package struct LoadedConfiguration: Sendable {
    /// Nil where its file has errors.
    package let relay: RelayConfiguration?
    /// Nil where its file has errors.
    package let topology: Topology?
    /// What the relay's city lets leave; nil where none is named, or its file has errors.
    package let policy: DisclosurePolicy?
    /// Set where the members' list is a signed manifest.
    package var manifest: ManifestSource?
    /// All of both files, warnings too, in the order of file, line and column.
    package let findings: [Finding]

    package var hasErrors: Bool { !findings.allSatisfy(\.isWarning) }
}

package enum ConfigurationLoader {
    /// A relay's own file, and the topology that it names.
    package static func load(
        relay path: String, files: ConfigurationFiles = .disk
    ) -> LoadedConfiguration {
        var (relay, context) = RelayDecoder.decode(path: path, files: files)
        var topology: Topology?
        var policy: DisclosurePolicy?
        if let relay {
            if let file = relay.records?.policyFile {
                let found: [Finding]
                (policy, found) = PolicyDecoder.decode(
                    path: file, provider: relay.member, files: files)
                context.findings += found
            }
            checkFiles(relay, files, &context)
            if let path = relay.manifestFile {
                return manifest(path, relay, policy, files, context)
            }
            guard let path = relay.topologyFile else {
                return result(relay, nil, policy, context.findings)
            }
            var found: [Finding]
            (topology, found) = TopologyDecoder.decode(path: path, files: files)
            if let topology, found.allSatisfy(\.isWarning) {
                checkMember(relay, topology, &context)
            }
            context.findings += found
        }
        return result(relay, topology, policy, context.findings)
    }

    /// A topology alone.
    package static func load(
        topology path: String, files: ConfigurationFiles = .disk
    ) -> LoadedConfiguration {
        let (topology, findings) = TopologyDecoder.decode(path: path, files: files)
        return result(nil, topology, nil, findings)
    }

    /// Whichever of the two kinds the file is: a topology has `members`, or `topology` as a
    /// section.
    package static func load(
        either path: String, files: ConfigurationFiles = .disk
    ) -> LoadedConfiguration {
        if case .mapping(let entries)? = files.document(path).root?.content {
            for entry in entries {
                let isSection = if case .mapping = entry.value.content { true } else { false }
                if entry.key.text == "members" || (entry.key.text == "topology" && isSection) {
                    return load(topology: path, files: files)
                }
            }
        }
        return load(relay: path, files: files)
    }

    private static func manifest(
        _ path: String, _ relay: RelayConfiguration, _ policy: DisclosurePolicy?,
        _ files: ConfigurationFiles, _ context: DecodingContext
    ) -> LoadedConfiguration {
        var context = context
        let mark = context.mark(of: "federation.manifest")
        let versions = ManifestFile.versions(files.bytes(path, atMost: ManifestFile.maxBytes) ?? [])
        var latest: Manifest?
        for bytes in versions {
            do throws(ManifestError) {
                let manifest = try SignedManifest(reading: bytes).manifest
                if manifest.version > latest?.version ?? 0 { latest = manifest }
            } catch {
                context.add(
                    mark, "federation.manifest", "\(path): \(error.problem)", error.remedy,
                    isWarning: versions.count > 1)
            }
        }
        guard let latest else {
            context.add(
                mark, "federation.manifest", "\(path) holds no signed version",
                "ask another member for the federation's manifest")
            return result(relay, nil, policy, context.findings)
        }
        let topology = Topology(naming: latest, for: relay.member)
        checkMember(relay, topology, &context)
        var loaded = result(relay, topology, policy, context.findings)
        loaded.manifest = ManifestSource(anchor: relay.manifestAnchor, versions: versions)
        return loaded
    }

    private static func result(
        _ relay: RelayConfiguration?, _ topology: Topology?, _ policy: DisclosurePolicy?,
        _ findings: [Finding]
    ) -> LoadedConfiguration {
        let sorted = findings.sorted { ($0.file, $0.mark) < ($1.file, $1.mark) }
        return LoadedConfiguration(
            relay: relay, topology: topology, policy: policy, findings: sorted)
    }

    private static func checkFiles(
        _ relay: RelayConfiguration, _ files: ConfigurationFiles, _ context: inout DecodingContext
    ) {
        var named = [
            ("peer.certificate", relay.tls.certificate), ("peer.private_key", relay.tls.privateKey),
            ("peer.authorities", relay.tls.authorities),
            ("chain.account_key_file", relay.chain.accountKeyFile),
            ("data_directory", relay.dataDirectory),
        ]
        if let records = relay.records {
            named.append(("records.evidence_key_file", records.evidenceKeyFile))
            if let file = records.officeAuthorities {
                named.append(("records.office_authorities", file))
            }
            if let file = records.evidencePassphraseFile {
                named.append(("records.evidence_passphrase_file", file))
            }
            if let file = records.senderKeyFile {
                named.append(("records.sender_key_file", file))
            }
        }
        if let letters = relay.letters {
            named.append(("letters.account_key_file", letters.accountKeyFile))
            named.append(("letters.sealing_key_file", letters.sealingKeyFile))
            for (index, file) in letters.retiredSealingKeyFiles.enumerated() {
                named.append(("letters.retired_sealing_keys[\(index)]", file))
            }
            for (index, file) in letters.calendarFiles.enumerated() {
                named.append(("letters.calendars[\(index)]", file))
            }
            if let file = letters.institutionsFile {
                named.append(("letters.institutions", file))
            }
        }
        if let file = relay.tls.passphraseFile { named.append(("peer.passphrase_file", file)) }
        if let file = relay.api?.tls.passphraseFile, file != relay.tls.passphraseFile {
            named.append(("api.passphrase_file", file))
        }
        if let file = relay.chain.nodeAuthorities { named.append(("chain.node_authorities", file)) }
        for (path, file) in named where !files.exists(file) {
            context.add(
                context.mark(of: path), path, "there is no \(file)", "create it or correct the path"
            )
        }
    }

    private static func checkMember(
        _ relay: RelayConfiguration, _ topology: Topology, _ context: inout DecodingContext
    ) {
        guard topology.member(relay.member) != nil else {
            let ids = topology.members.prefix(8).map { "\"\($0.id)\"" }.joined(separator: ", ")
            context.add(
                context.mark(of: "member"), "member",
                "\(relay.member) is no member of \(relay.topologyFile ?? relay.manifestFile ?? "")",
                "its members: \(ids)\(topology.members.count > 8 ? ", …" : "")")
            return
        }
        if topology.peers(of: relay.member).isEmpty {
            context.add(
                context.mark(of: "member"), "member", "\(relay.member) has no route to anybody",
                "add a route to the topology", isWarning: true)
        }
    }
}
