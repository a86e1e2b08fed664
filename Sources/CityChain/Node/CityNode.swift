// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import LightClient

// Unsafe: clock_gettime fills a struct through a pointer.

/// One city chain at work: its blocks on a timer, its RPC on a socket. One thread owns it.
package final class CityNode {
    package let configuration: NodeConfiguration
    package let chain: Chain
    private let loop: EventLoop
    private var server: HTTPServer?
    private var lastProblem: String?
    private let office: OfficeService?

    /// Opens the chain, replays its log, listens. Blocks are made from `run` on.
    package init(_ configuration: NodeConfiguration) throws {
        self.configuration = configuration
        let now = CityNode.now
        let office = try OfficeService.open(configuration, now: now)
        let genesis = try GenesisFile.open(configuration, now: now, records: office?.entries ?? [])
        var start = try ChainConfiguration.laboratory(
            chainID: configuration.chainID, code: configuration.code, powers: configuration.powers,
            genesisTime: genesis.time)
        start.parameters = genesis.parameters
        start.applicationGenesis = genesis.application.bytes
        start.directory = configuration.directory
        if let kept = configuration.retainedHeights { start.retainedHeights = kept }
        do throws(ChainError) {
            chain = try Chain(start, application: CityApplication(genesis.application))
        } catch {
            throw NodeError.chain(error)
        }
        loop = try EventLoop()
        self.office = office
        try office?.listen(on: loop, chain, now: { CityNode.now })
        var dispatcher = RPCDispatcher()
        let validator = start.validators.first?.key.publicKey.address ?? []
        let identity = NodeIdentity(
            nodeID: Hex.encode(SHA256.hash(Array(configuration.chainID.utf8)).bytes.prefix(20)),
            moniker: "node0", rpcAddress: "\(configuration.host):\(configuration.port)",
            validatorAddress: validator)
        dispatcher.methods = NodeMethods(chain, identity: identity, genesis: genesis.json).all
        if configuration.isLab {
            dispatcher.methods.merge(LabMethods(self).all) { first, _ in first }
        }
        server = try HTTPServer(
            on: loop, host: configuration.host, port: configuration.port, dispatcher: dispatcher)
        chain.onBlock = { [weak self] stored in self?.announce(stored) }
    }

    package var port: UInt16 { server?.port ?? 0 }
    /// Nil without a record office.
    package var officePort: UInt16? { office?.port }
    package var mailbox: LoopMailbox { loop.mailbox }
    /// Why the last block was not made; nil when it was.
    package var problem: String? { lastProblem }

    /// Makes blocks and answers until `stop`.
    package func run() throws {
        let interval = configuration.blockMilliseconds
        if interval > 0 {
            try loop.schedule(after: interval, every: interval) { [weak self] in self?.tick() }
        }
        loop.run()
        server?.close()
        office?.close()
    }

    package func stop() { loop.stop() }

    /// Makes one block, shown at once and executed after the configured delay.
    package func tick() {
        do {
            let delay = configuration.executionDelayMilliseconds
            if delay == 0 {
                try chain.produceBlock(now: CityNode.now)
            } else if chain.latestHeight == chain.executedHeight {
                try chain.storeBlock(now: CityNode.now)
                try loop.schedule(after: delay, every: 0) { [weak self] in
                    _ = try? self?.chain.executeBlock()
                }
            }
            lastProblem = nil
        } catch {
            lastProblem = "\(error)"
        }
    }

    private func announce(_ stored: StoredBlock) {
        office?.settle(now: CityNode.now)
        for announcement in BlockAnnouncements.all(of: stored) { server?.announce(announcement) }
    }

    /// The wall clock.
    package static var now: Timestamp {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
            ?? .unixEpoch
    }
}
