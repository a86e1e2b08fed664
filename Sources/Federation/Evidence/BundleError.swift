// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why a bundle is not believed. The first thing that is wrong; every case is a fact.
public enum BundleError: Error, Hashable, Sendable {
    case json(StrictJSONError)
    /// The compact form cannot be unpacked.
    case compact(WireError)
    case tooLarge(String, limit: Int)
    /// Another format than `cityrelay-bundle/1`.
    case format(String)
    /// A member that is missing, unknown or not in form, by its way from the top.
    case form(String)
    /// The bundle was made under another manifest than the verifier holds.
    case otherManifest(got: Digest, held: Digest)
    /// It was made under a version that the verifier does not hold, and a member that it names has
    /// another entry in the version that it holds.
    case otherVersion(UInt64, held: UInt64)
    /// The statement does not have the manifest's digest.
    case statement
    case memberEntry(ManifestError)
    /// A member's entry does not stand in the manifest.
    case entryNotInManifest(MemberID)
    /// No entry of this member is there.
    case unknownMember(String)
    /// The member was suspended or revoked under this manifest.
    case memberNotActive(MemberID)
    /// The member's entry has no such chain, or no anchor of it.
    case unknownChain(ChainID)
    /// A chain is there twice, or one that no part needs.
    case surplusChain(ChainID)
    /// A header or proof in another form than the canonical one.
    case notCanonical(String)
    case chain(ChainID, ClientError)
    case part(Int, PartFault)

    /// Stable name of the case, for scripts.
    public var code: String {
        switch self {
        case .json: "bundle/json"
        case .compact: "bundle/compact"
        case .tooLarge: "bundle/too-large"
        case .format: "bundle/format"
        case .form: "bundle/form"
        case .otherManifest, .otherVersion: "bundle/other-manifest"
        case .statement: "bundle/statement"
        case .memberEntry: "bundle/member-entry"
        case .entryNotInManifest: "bundle/entry-not-in-manifest"
        case .unknownMember: "bundle/unknown-member"
        case .memberNotActive: "bundle/member-not-active"
        case .unknownChain: "bundle/unknown-chain"
        case .surplusChain: "bundle/surplus-chain"
        case .notCanonical: "bundle/not-canonical"
        case .chain: "bundle/chain"
        case .part(_, let fault): fault.code
        }
    }
}

/// What is wrong with one part.
public enum PartFault: Error, Hashable, Sendable {
    /// The request is no canonical `DisclosureRequest`, or names other members.
    case request
    case requestSignature
    /// The reference does not open the request's commitment.
    case reference
    /// No header of this height was verified.
    case height(Height)
    case proof(ClientError)
    case state(RecordStateError)
    /// The record is of another kind than was asked for, by the schema that its state names.
    case otherKind(schemaID: String)
    /// A shown field does not belong to the record.
    case field(FieldTreeError)
    /// Other fields are shown than were asked for.
    case otherFields
    case entry(AccessEntryError)
    /// The log's entry is about something else, named by its field.
    case entryDiffers(String)
    case log(NoteError)

    public var code: String {
        switch self {
        case .request: "bundle/request"
        case .requestSignature: "bundle/request-signature"
        case .reference: "bundle/reference"
        case .height: "bundle/height"
        case .proof: "bundle/proof"
        case .state: "bundle/state"
        case .otherKind: "bundle/other-kind"
        case .field: "bundle/field"
        case .otherFields: "bundle/other-fields"
        case .entry: "bundle/entry"
        case .entryDiffers: "bundle/entry-differs"
        case .log: "bundle/log"
        }
    }
}

extension BundleError {
    /// The error as a sentence: what is known, and what to do next.
    public var sentence: String { PlainText.line(rawSentence) }

    private var rawSentence: String {
        switch self {
        case .json(let error): "the file is not JSON in the strict form: \(error.words)"
        case .compact(let error): "the compact form cannot be unpacked: \(error)"
        case .tooLarge(let what, let limit): "\(what): more than \(limit)"
        case .format(let text):
            "the format is \(text), this program reads \(Bundle.format); use a newer one"
        case .form(let path): "\(path) is missing, unknown or not in form"
        case .otherManifest(let got, let held):
            "it was made under manifest \(got), the one given is \(held): give that version"
        case .otherVersion(let got, let held):
            "it was made under version \(got) of the manifest, and what it needs of it is not in "
                + "version \(held), which you gave: give a file with the versions from \(got) on"
        case .statement: "the manifest's statement does not have its digest"
        case .memberEntry(let error): "a member's entry cannot be read: \(error)"
        case .entryNotInManifest(let id): "the entry of \(id) does not stand in the manifest"
        case .unknownMember(let id): "no entry of member \(id) is there"
        case .memberNotActive(let id): "\(id) was not active under this manifest"
        case .unknownChain(let id): "no member's entry has an anchor of chain \(id)"
        case .surplusChain(let id): "chain \(id) is there twice, or no part needs it"
        case .notCanonical(let what): "\(what) is not in its canonical form"
        case .chain(let id, let error): "the headers of \(id) do not hold: \(error.code)"
        case .part(let index, let fault): "part \(index + 1): \(fault.sentence)"
        }
    }
}

extension PartFault {
    var sentence: String {
        switch self {
        case .request: "the request is not in form, or names other members"
        case .requestSignature: "no evidence key of the asker signed the request"
        case .reference: "the reference is not the one that was asked for"
        case .height(let height): "no verified header of height \(height) is there"
        case .proof(let error): "the chain's proof does not hold: \(error.code)"
        case .state: "what the chain holds is no record's state"
        case .otherKind(let schemaID):
            "the record, of schema \(schemaID), is of another kind than was asked for"
        case .field: "a shown field does not belong to the record"
        case .otherFields: "other fields are shown than were asked for"
        case .entry(let error): "the access log's entry does not hold: \(error.code)"
        case .entryDiffers(let field): "the access log's entry differs in its \(field)"
        case .log(let error): "the access log's proof does not hold: \(error.code)"
        }
    }
}
