// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Why a job brought nothing.
package struct JobFailure: Error, Hashable, Sendable {
    /// Stable code; `RetryPolicy` says what it leads to. Codes the engine itself acts on are listed
    /// there.
    package let code: String
    package let detail: String
    /// False: trying the same again cannot help.
    package let isRetryable: Bool
    /// The other side's wish; zero: none.
    package let retryAfterMilliseconds: UInt32

    package init(
        code: String, detail: String, isRetryable: Bool = true, retryAfterMilliseconds: UInt32 = 0
    ) {
        self.code = code
        self.detail = detail
        self.isRetryable = isRetryable
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}

/// Everything that reaches the engine. Peers are named by the chain id of their chain.
package enum EngineEvent: Hashable, Sendable {
    /// Nothing but the time that `handle` is given.
    case tick

    // Our own chain, from its connector.
    case chainAdvanced(ChainAdvance)
    /// No node answers; `chainAdvanced` ends it.
    case chainUnreachable(code: String, detail: String)
    /// No node keeps the blocks up to this height any more: they are passed over unread.
    case blocksLost(through: UInt64, detail: String)
    case accountRead(JobID, AccountState)
    case hostedClient(HostedClient)
    case proved(JobID, proofHeight: Height, items: [ProvedItem])
    /// Proofs, gas and signature are made. The record's purpose and counterparty chain are the
    /// submission's.
    case transactionPrepared(JobID, TransactionRecord)
    /// The simulation refused the submission before it was signed.
    case submissionRefused(JobID, TransactionResult)
    case broadcastAnswered(hash: [UInt8], BroadcastAnswer)
    case resolved(hash: [UInt8], TransactionLookup)
    case lookedUp(JobID, [PacketFact])
    case reconciled(JobID, ReconcilePage)

    // Answers of peers, verified where they carry proofs.
    case delivered(JobID, outcomes: [PeerOutcome], trustedHeight: Height)
    case acknowledged(JobID, outcomes: [PeerOutcome], trustedHeight: Height)
    case answered(JobID, VerifiedAnswers)
    case headersFetched(JobID, chainID: String, headers: [VerifiedHeader])

    /// Any job that brought nothing, whoever was asked.
    case jobFailed(JobID, JobFailure)

    // Calls of peers, verified; each is answered with `.answer`.
    case deliveryVerified(AnswerToken, VerifiedDelivery)
    case acknowledgementsVerified(AnswerToken, VerifiedAcknowledgements)

    case peerConnected(PeerHello)
    case peerLost(chainID: String, code: String)
    /// A peer told which headers of third chains it holds.
    case headersTold(from: String, [HeldHeader])
    /// A peer says that our own chain misbehaved; nothing here can judge that.
    case ownChainAccused(by: String)
    /// A peer's call brought evidence, and a verifier is through with it; answered with
    /// `.answerReport`.
    case evidenceJudged(AnswerToken, from: String, EvidenceJudgement)
    /// A peer showed the header that we had asked it for, and a verifier is through with it.
    case headerExamined(JobID, EvidenceJudgement)
    case reportAnswered(JobID, ReportAnswer)

    // The members.
    /// Members, routes or terms are others from now on, by a file written by hand.
    case topologyChanged(TopologyChange)
    /// Versions of the manifest whose signatures a verifier found good, each by the one before it,
    /// ascending.
    case manifestsVerified([VerifiedManifest])
    case manifestRefused(ManifestRefusal)

    // Operators.
    case park(PacketID, reason: String)
    case release(PacketID)
    case pause(chainID: String, reason: String)
    case resume(chainID: String)
    /// A person's order; answered with `.ordered`.
    case operate(OperatorOrder)
    /// Lets a frozen client of ours trust again, from the headers it has.
    case unfreeze(chainID: String)
}
