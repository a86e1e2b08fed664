// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why an event about a letter was refused, with the evidence.
public enum LetterError: Error, Hashable, Sendable {
    case noSuchLetter(LetterKey)
    /// A second application for a letter that has moved on.
    case inProcess(LetterState)
    case wrongSide(LetterAct, by: LetterSide)
    case wrongState(LetterAct, LetterState)
    case closed(LetterState)
    /// A withdrawal lost against an acceptance, decided at this place of OUT's chain.
    case acceptedFirst(at: ChainPosition)
    /// An acceptance lost against a withdrawal.
    case withdrawnFirst(at: ChainPosition)
    case messageInFlight(LetterEventID)
    case sequenceReused(LetterEventID)
    case tooManyMessages(limit: Int)
    case notFinal(height: UInt64)
    case channelFrozen
    /// An answer to something that this side never said.
    case unknownStatement(LetterEventID)
    /// The same statement was refused before, for this reason.
    case refusedBefore(LetterErrorCode)
    case correctsOpenLetter(LetterKey, LetterState)
    case correctsOtherParties(LetterKey)
    /// A completion without a reconciliation, or one that may have none and has one.
    case moneyMissing
    case moneyUnexpected
    case moneyDiffers(expected: Fen, arrived: Fen)
    case moneyClaimed(serial: String)
    /// No notice with this serial came, or its money has gone back already.
    case noSuchArrival(serial: String)
    case form(LetterFormError)
    /// The fields are about another person than the letter. Tells the rule, never the value.
    case otherPerson(IdentityDifference)
    case duplicateInFlight(LetterKey)
    case accountMissing
    case accountClosed
    case institutionUnknown(InstitutionCode)
    case institutionEnded(InstitutionCode, successor: InstitutionCode?)
    /// The packet came after its content's expiry.
    case expired

    /// The stable code.
    public var code: LetterErrorCode {
        switch self {
        case .noSuchLetter: .noSuchLetter
        case .inProcess: .inProcess
        case .wrongSide: .wrongSide
        case .wrongState: .wrongState
        case .closed: .closed
        case .acceptedFirst: .acceptedFirst
        case .withdrawnFirst: .withdrawnFirst
        case .messageInFlight: .messageInFlight
        case .sequenceReused: .numberReused
        case .tooManyMessages: .tooManyMessages
        case .notFinal: .notFinal
        case .channelFrozen: .channelFrozen
        case .unknownStatement: .unknownStatement
        case .refusedBefore(let code): code
        case .correctsOpenLetter: .correctsOpenLetter
        case .correctsOtherParties: .correctsOther
        case .moneyMissing: .moneyMissing
        case .moneyUnexpected: .moneyUnexpected
        case .moneyDiffers: .moneyDiffers
        case .moneyClaimed: .moneyClaimed
        case .noSuchArrival: .noSuchArrival
        case .form(let error): error.code
        case .otherPerson: .otherPerson
        case .duplicateInFlight: .duplicateInFlight
        case .accountMissing: .accountMissing
        case .accountClosed: .accountClosed
        case .institutionUnknown: .institutionUnknown
        case .institutionEnded: .institutionEnded
        case .expired: .payloadExpired
        }
    }
}

/// Why a message is not in form. Names the field and its rule, never the value.
public enum LetterFormError: Error, Hashable, Sendable {
    case missing(field: String)
    case invalid(field: String, rule: FieldRule)
    case unknown(field: String)
    case repeated(field: String)
    /// `TranAmt` is not `OrAcctAmt` + `Yinter`.
    case amountSum
    case batch(BatchFault)
    /// Opened content that is not in its exact form.
    case unreadable(WireError)

    public var code: LetterErrorCode {
        switch self {
        case .missing: .fieldMissing
        case .invalid, .repeated: .fieldInvalid
        case .unknown: .fieldUnknown
        case .amountSum: .amountSum
        case .batch(.tooLong): .batchTooLong
        case .batch: .batchMalformed
        case .unreadable: .payloadUnreadable
        }
    }
}

/// Which rule of one person's identity two centres disagree about.
public enum IdentityRule: String, Hashable, Sendable, CaseIterable {
    case name
    case documentType
    case documentNumber
}
