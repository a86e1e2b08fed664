// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What a connector must know of our own chain and of the chains it hosts clients of.
package struct ConnectorConfiguration: Sendable {
    /// One other chain, as our chain's client of it is made.
    package struct Counterparty: Hashable, Sendable {
        package let parameters: ClientParameters
        /// What stands before its commitment keys: store name, then key prefix.
        package let commitmentPrefix: [[UInt8]]

        package init(parameters: ClientParameters, commitmentPrefix: [[UInt8]]) {
            self.parameters = parameters
            self.commitmentPrefix = commitmentPrefix
        }

        package init(_ chain: Chain) {
            parameters = chain.parameters
            commitmentPrefix = chain.commitmentPrefix.map { Array($0.utf8) }
        }
    }

    package var chainID: ChainID
    /// Share of a trusted set that must have signed a header for others to skip to it.
    package var trustThreshold: TrustThreshold
    /// URLs of our chain's nodes, in order of preference.
    package var nodes: [String]
    /// PEM file of authorities for https nodes; nil: the system's.
    package var nodeAuthorities: String?
    package var account: AccountKey
    /// Price of one gas: `gasPrice / gasPriceScale` of the denomination.
    package var gasPrice: UInt64
    package var gasPriceScale: UInt64
    package var gasDenomination: String
    /// Most gas of one transaction.
    package var maxGas: UInt64
    /// Blocks after which a transaction that is in none is refused by the chain.
    package var lifetimeBlocks: UInt64
    /// False: gas is estimated from the messages and no node is asked to simulate.
    package var simulates = true
    /// False: the chain is polled only.
    package var usesWebSocket = true
    package var counterparties: [String: Counterparty]
    package var nodeLimits = NodeLimits()
    package var followerLimits = FollowerLimits()

    package init(
        chainID: ChainID, trustThreshold: TrustThreshold, nodes: [String],
        nodeAuthorities: String?, account: AccountKey, gasPrice: UInt64, gasPriceScale: UInt64,
        gasDenomination: String, maxGas: UInt64, lifetimeBlocks: UInt64,
        counterparties: [String: Counterparty]
    ) {
        self.chainID = chainID
        self.trustThreshold = trustThreshold
        self.nodes = nodes
        self.nodeAuthorities = nodeAuthorities
        self.account = account
        self.gasPrice = gasPrice
        self.gasPriceScale = gasPriceScale
        self.gasDenomination = gasDenomination
        self.maxGas = maxGas
        self.lifetimeBlocks = lifetimeBlocks
        self.counterparties = counterparties
    }
}
