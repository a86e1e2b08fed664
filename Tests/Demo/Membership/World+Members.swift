// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayConnectors
import RelayStore
import TestSupport

/// A world whose members are those of a signed manifest, and change while it runs.
extension World {
    func anchor(_ city: City, height: UInt64) throws -> TrustAnchor {
        let answer = try node(city).call(
            RPCCall("commit", [("height", "\(height)")]), as: RPCCommitAnswer.self)
        guard let hash = answer.signed_header.commit.flatMap({ Digest($0.block_id.hash.bytes) })
        else { throw Failure(description: "\(city.name)'s chain shows no header \(height)") }
        return TrustAnchor(height: height, headerHash: hash)
    }

    /// Keys and a complete draft; the certificate is made for the key that `member init` made.
    func prepareMember(_ city: City, _ registry: Registry) throws {
        try registry.initialise(city)
        let home = registry.home(city.name)
        try copySecret("\(home)/relay.key", to: certificatePath(city) + ".key")
        _ = try issueCertificate(city, keepsKey: true)
        try copySecret("\(home)/evidence.key", to: "\(directory)/\(city.code)/evidence.key")
        try registry.completeDraft(city, anchor: anchor(city, height: 1))
    }

    /// The cities and the ministry found the federation.
    func found(_ registry: Registry) throws {
        try issueAuthority()
        for city in cities { try prepareMember(city, registry) }
        try registry.initialiseMinistry()
        try registry.found(by: cities.map(\.name) + [Registry.ministry])
        self.registry = registry
        for city in cities {
            try write(try registry.text(1), to: manifestPath(city))
            try writeConfiguration(city)
        }
    }

    /// A newcomer's chain and keys. Its relay starts when a version lists it.
    func prepareNewcomer(_ city: City) throws {
        let registry = try papers()
        try add(city)
        try startChain(city, blockMilliseconds: 1_000)
        try connect(city)
        try prepareMember(city, registry)
    }

    /// The newcomer's relay comes up with the version that lists it.
    func startNewcomer(_ city: City) throws {
        let registry = try papers()
        let versions = try (1...registry.version).map { try registry.text($0) }
        try write(versions.joined(), to: manifestPath(city))
        try writeConfiguration(city)
        try startRelay(city)
        try wait(30, "\(city.name)'s relay has opened its store") { (try? journal(city)) != nil }
    }

    /// Gives the latest version to one relay, which passes it on.
    func give(to city: City) throws {
        let registry = try papers()
        let known = String(decoding: try Corpus.read(manifestPath(city)), as: UTF8.self)
        try write(known + (try registry.text(registry.version)), to: manifestPath(city))
        relays[city.code]?.signal(SIGHUP)
    }

    /// Waits until every relay's store holds the latest version; milliseconds that it took.
    @discardableResult
    func waitForVersion(seconds: Int = 60) throws -> Int {
        let registry = try papers()
        let begun = ContinuousClock.now
        let version = registry.version
        try wait(seconds, "every relay has version \(version)") {
            try cities.allSatisfy { try journal($0).manifest(version: version) != nil }
        }
        return World.milliseconds(since: begun)
    }
}
