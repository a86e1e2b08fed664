// SPDX-License-Identifier: Apache-2.0

/// The Tendermint light client of IBC (`ibc.lightclients.tendermint.v1`), as ibc-go hosts it:
/// messages, and the rules over an abstract store. A city chain hosts it for its counterparties;
/// the relay's own client (`Families`) shares its verification and keeps its own memory.
///
/// Source: ibc-go v10.7.0 modules/light-clients/07-tendermint; spec §2.4, §2.5.
public enum ICS07 {
    public static let clientType = "07-tendermint"
    public static let clientStateURL: WireText = "/ibc.lightclients.tendermint.v1.ClientState"
    public static let consensusStateURL: WireText = "/ibc.lightclients.tendermint.v1.ConsensusState"
    public static let headerURL: WireText = "/ibc.lightclients.tendermint.v1.Header"
    public static let misbehaviourURL: WireText = "/ibc.lightclients.tendermint.v1.Misbehaviour"

    /// The height that marks a frozen client.
    public static let frozenHeight = Height(revision: 0, height: 1)
    /// Root of a state set by an upgrade: nothing can be proven under it.
    public static let sentinelRoot = Array("sentinel_root".utf8)
}
