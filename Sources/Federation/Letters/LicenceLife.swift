// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why something about a licence was refused.
public enum LicenceError: Error, Hashable, Sendable {
    /// The status does not allow the operation.
    case wrongStatus(LicenceOperation, LicenceStatus)
    /// The licence has ended for good.
    case ended(LicenceStatus)
    /// `end` needs one of the statuses that end a licence, or 06 with a destination.
    case noEnd(LicenceStatus)
    /// Not later than the status that is kept.
    case notNewer(asOf: Timestamp, kept: Timestamp)
    /// Another status as of the same moment.
    case contradiction(LicenceStatus, kept: LicenceStatus, asOf: Timestamp)
    /// The destination has taken the licence in; the move can not be cancelled.
    case takenFirst(at: ChainPosition)
    /// The move was cancelled before it was taken in.
    case cancelledFirst(at: ChainPosition)
    case messageInFlight(LicenceMove.Act)
    case wrongSide(LicenceMove.Act)
    case wrongPhase(LicenceMove.Act, LicenceMove.Phase)
    /// A licence that moves in refers to another old one than the offer.
    case otherLicence
    case noSuchMove
    case officeUnknown
    /// The chain does not show the status that the step needs.
    case recordNotReady
    case expired

    /// The stable code.
    public var code: LicenceErrorCode {
        switch self {
        case .wrongStatus: .wrongStatus
        case .ended: .ended
        case .noEnd: .noEnd
        case .notNewer: .notNewer
        case .contradiction: .contradiction
        case .takenFirst: .takenFirst
        case .cancelledFirst: .cancelledFirst
        case .messageInFlight: .messageInFlight
        case .wrongSide: .wrongSide
        case .wrongPhase: .wrongPhase
        case .otherLicence: .otherLicence
        case .noSuchMove: .noSuchMove
        case .officeUnknown: .officeUnknown
        case .recordNotReady: .recordNotReady
        case .expired: .expired
        }
    }
}

/// Codes of licences: they never change their meaning.
public enum LicenceErrorCode: String, Hashable, Sendable, CaseIterable {
    case wrongStatus = "licence/wrong-status"
    case ended = "licence/ended"
    case noEnd = "licence/no-end"
    case notNewer = "licence/not-newer"
    case contradiction = "licence/contradiction"
    case takenFirst = "licence/taken-first"
    case cancelledFirst = "licence/cancelled-first"
    case messageInFlight = "licence/message-in-flight"
    case wrongSide = "licence/wrong-side"
    case wrongPhase = "licence/wrong-phase"
    case otherLicence = "licence/other-licence"
    case noSuchMove = "licence/no-such-move"
    case timedOut = "licence/timed-out"
    case notFound = "licence/not-found"
    case alreadyIssued = "licence/already-issued"
    case officeUnknown = "licence/office-unknown"
    case recordNotReady = "licence/record-not-ready"
    case expired = "licence/expired"
    case notRead = "licence/not-read"
    case sealingKeyRetired = "licence/sealing-key-retired"

    public var chinese: String {
        switch self {
        case .wrongStatus: "证照当前状态不允许该操作"
        case .ended: "证照已终止，不能恢复"
        case .noEnd: "终止操作须说明撤销、注销或吊销"
        case .notNewer: "已有更新的证照状态"
        case .contradiction: "同一时刻的证照状态互相矛盾"
        case .takenFirst: "转入地已先接收，不能取消转出"
        case .cancelledFirst: "转出已先取消，不能转入"
        case .messageInFlight: "上一条消息尚未得到答复，请稍后"
        case .wrongSide: "本方无权办理该步骤"
        case .wrongPhase: "转移当前阶段不允许该步骤"
        case .otherLicence: "转入证照与转出证照不符"
        case .noSuchMove: "没有该证照的转移"
        case .timedOut: "对方未在期限内收到，可重新发送"
        case .notFound: "没有该证照"
        case .alreadyIssued: "该证照标识已经签发"
        case .officeUnknown: "对方发证机构尚未与本链互认"
        case .recordNotReady: "本链上的证照状态尚不允许该步骤，请稍后"
        case .expired: "该消息已超过有效期"
        case .notRead: "对方链未能读取该消息"
        case .sealingKeyRetired: "转出消息以已停用的密钥加密，不能打开"
        }
    }

    public var english: String {
        switch self {
        case .wrongStatus: "the licence's status does not allow this operation"
        case .ended: "the licence has ended for good"
        case .noEnd: "say whether it is rescinded, cancelled or revoked"
        case .notNewer: "a newer status is known"
        case .contradiction: "two statuses of one moment contradict each other"
        case .takenFirst: "the destination has taken it in; the move cannot be cancelled"
        case .cancelledFirst: "the move was cancelled before it was taken in"
        case .messageInFlight: "the message before has no answer yet; wait for it"
        case .wrongSide: "this step belongs to the other side"
        case .wrongPhase: "the move's phase does not allow this step"
        case .otherLicence: "the licence that moves in is another one than moved out"
        case .noSuchMove: "there is no move of this licence"
        case .timedOut: "the other side never received it; it may be sent again"
        case .notFound: "there is no such licence"
        case .alreadyIssued: "a licence of this identifier was issued before"
        case .officeUnknown: "the other side's office is not known to this chain yet"
        case .recordNotReady: "this chain does not show the status yet that the step needs"
        case .expired: "the message came after its end"
        case .notRead: "the other chain could not read the message"
        case .sealingKeyRetired:
            "an offer of that city is sealed to a key that this office has put out of use"
        }
    }
}

/// One licence at its issuer: its status with the moment it is known as of. Terminal statuses are
/// immutable, and nothing older overwrites anything newer.
public struct LicenceLife: Hashable, Sendable {
    public let identifier: LicenceIdentifier
    /// The licence of another city that this one replaces; set by 08 转入.
    public let predecessor: LicenceIdentifier?
    public private(set) var status = LicenceStatus.valid
    public private(set) var statusAsOf: Timestamp
    /// Where it went, once status 06 is final.
    public private(set) var hasArrived = false

    /// 01 新发, or 08 转入 when there is a predecessor.
    public init(
        issuing identifier: LicenceIdentifier, replacing predecessor: LicenceIdentifier? = nil,
        at time: Timestamp
    ) {
        self.identifier = identifier
        self.predecessor = predecessor
        statusAsOf = time
    }

    /// As its issuer keeps it. `hasArrived`: another city took it in.
    public init(
        _ identifier: LicenceIdentifier, status: LicenceStatus, asOf time: Timestamp,
        hasArrived: Bool
    ) {
        self.identifier = identifier
        predecessor = nil
        self.status = status
        statusAsOf = time
        self.hasArrived = hasArrived
    }

    /// Does an operation. `status` says how 05 ends the licence; others follow from the operation.
    public mutating func apply(
        _ operation: LicenceOperation, to status: LicenceStatus? = nil, at time: Timestamp
    ) throws(LicenceError) {
        if isFinal { throw .ended(self.status) }
        guard time > statusAsOf else { throw .notNewer(asOf: time, kept: statusAsOf) }
        self.status = try after(operation, status)
        statusAsOf = time
    }

    /// The destination has taken the licence in: 06 is for good.
    public mutating func arrive() throws(LicenceError) {
        guard status == .movedOut else { throw .wrongStatus(.moveIn, status) }
        hasArrived = true
    }

    public var isFinal: Bool { status.isFinal || hasArrived }

    private func after(
        _ operation: LicenceOperation, _ target: LicenceStatus?
    ) throws(LicenceError) -> LicenceStatus {
        switch (operation, status) {
        case (.renew, .valid), (.change, .valid): return .valid
        case (.suspend, .valid): return .suspended
        case (.restore, .suspended): return .valid
        case (.expire, .valid), (.expire, .suspended): return .expired
        case (.end, .valid), (.end, .suspended):
            guard let target else { throw .noEnd(status) }
            switch target {
            case .rescinded, .cancelled, .revoked: return target
            case .movedOut where status == .valid: return .movedOut
            default: throw .noEnd(target)
            }
        case (.cancelMove, .movedOut): return .valid
        case (.other, _): return status
        default: throw .wrongStatus(operation, status)
        }
    }
}

/// What another city knows of a licence: the newest status it has heard.
public struct LicenceReport: Hashable, Sendable {
    public private(set) var status: LicenceStatus
    public private(set) var statusAsOf: Timestamp

    public init(_ status: LicenceStatus, asOf time: Timestamp) {
        self.status = status
        statusAsOf = time
    }

    /// Hears a status. True when it is news. Reports overtake each other, so an older one changes
    /// nothing and is no error; a licence that has ended stays ended.
    public mutating func hear(
        _ status: LicenceStatus, asOf time: Timestamp
    ) throws(LicenceError) -> Bool {
        if time < statusAsOf { return false }
        if time == statusAsOf {
            guard status == self.status else {
                throw .contradiction(status, kept: self.status, asOf: time)
            }
            return false
        }
        if self.status.isFinal, status != self.status { throw .ended(self.status) }
        self.status = status
        statusAsOf = time
        return true
    }
}
