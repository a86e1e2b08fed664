// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayStore

extension RelayDaemon {
    /// What applications may call.
    package var applicationRoutes: [APIRoute] {
        (disclosures?.routes ?? []) + (letters?.routes ?? [])
    }

    /// The part of the relay that is about records; nil where the configuration has none.
    static func disclosures(
        _ configuration: DaemonConfiguration, _ context: PeerContext, _ lines: AccountLines,
        caller: @escaping @Sendable (String) -> PeerCaller?
    ) throws -> DisclosureDoor? {
        guard let disclosure = configuration.disclosure else { return nil }
        let own = configuration.ownMember
        let written = SealedManifest(configuration.topology)
        let manifest: @Sendable () -> SealedManifest = { [manifests = context.manifests] in
            manifests?.latest ?? written
        }
        return try DisclosureDoor(
            disclosure,
            DisclosureDoor.Surroundings(
                own: own, chainID: context.ownChainID, connector: context.connector,
                lines: lines, verifiers: context.verifiers, now: context.now, manifest: manifest,
                members: { Array(context.directory.all.values) },
                client: { context.shared.client(of: $0) },
                clients: {
                    let links = try? JournalReader(path: configuration.storeFile).links()
                    return (links ?? []).filter(\.isRegistered).map(\.localClient)
                },
                ask: { chainID, method, message, then in
                    guard !context.shared.isPaused(chainID) else {
                        return then(
                            .failure(
                                JobFailure(
                                    code: "route/paused",
                                    detail: "a person has paused the exchange with \(chainID)")))
                    }
                    if let bar = context.shared.suspension(of: chainID) {
                        return then(
                            .failure(
                                JobFailure(code: bar.code, detail: "\(chainID): \(bar.detail)")))
                    }
                    guard let caller = caller(chainID) else {
                        return then(
                            .failure(
                                JobFailure(
                                    code: "transport/no-address",
                                    detail: "no relay of \(chainID) is known")))
                    }
                    caller.ask(method, message, then: then)
                }))
    }
}
