// SPDX-License-Identifier: Apache-2.0

/// Every stable code that a packet, route, client or peer can wait, park or be refused with.
package enum CodeBook {
    package static let all: [String: Advice] = {
        var book = packets
        for part in [chains, peers, proofs, relay] {
            book.merge(part) { first, _ in first }
        }
        return book
    }()

    static let nothing = "Nothing to do: it goes on by itself."

    /// What waits, or was decided about, one packet.
    private static let packets: [String: Advice] = [
        "operator/parked": Advice(
            .people, .operators, "An operator parked it.", "Ask who did it, then release it."),
        RelayEngine.unprovenCode: Advice(
            .people, .operators,
            "Its deadline has passed, and its member is barred: nobody asks for the proof.",
            "A quorum can list a relay for that chain again; then it ends by itself."),
        RelayEngine.suspendedCode: Advice(
            .people, .operators,
            "One of the two members is suspended: nothing new is begun, what was sent before "
                + "finishes.",
            "It goes on when a later version lists the member as active, or is refunded after its "
                + "deadline; ask the authorities: `cityrelay member list`."),
        "packet/elapsed": Advice(
            .message, .ourChain, "Its deadline has passed on the chain that should take it.",
            "Nothing here: its source refunds it; look at the route if many come too late."),
        "packet/ended-at-source": Advice(
            .message, .ourChain, "Its source chain has ended it already.",
            "Nothing to do: its deadline ends it here."),
        "packet/different": Advice(
            .message, .operators, "Our chain sent another packet under this number.",
            "Compare both relays' stores: one of them was restored from an old copy."),
        "packet/malformed": Advice(
            .message, .operators, "Its bytes are no packet.",
            "Report it to the maker of the sending chain or application."),
        "packet/not-canonical": Advice(
            .message, .operators, "Its bytes are not in the one form that chains hash.",
            "Report it to the maker of the peer's relay."),
        "packet/malformed-acknowledgement": Advice(
            .message, .operators, "Its acknowledgement's bytes are none.",
            "Report it to the maker of the peer's relay."),
        "packet/acknowledgement-mismatch": Advice(
            .peer, .operators, "The acknowledgement is not the one that the chain committed.",
            "Ask the peer's operators which of their nodes or relays gives it."),
        "packet/wrong-client": Advice(
            .message, .operators, "It names clients that are not this link's.",
            "Compare the link's clients on both sides: `cityrelay client list`."),
        "packet/not-seen-yet": Advice(
            .peer, .us, "The other side has not seen the packet on its chain yet.", nothing),
        "packet/unknown": Advice(
            .people, .operators, "There is no such packet here.",
            "List packets with `cityrelay queue list`."),
        "chain/unknown-port": Advice(
            .application, .operators,
            "No application of our chain listens at the port that it names.",
            "Have the application installed before its deadline and release it, or leave it: "
                + "its source refunds it then."),
        "application/acknowledgement-awaited": Advice(
            .application, .application, "Our chain has it; its application has not answered.",
            "Call the people who run the application on our chain."),
        "peer/acknowledgement-awaited": Advice(
            .peerChain, .peer, "The peer has it; its chain must take it and answer.",
            "Nothing before its deadline; then the timeout begins by itself."),
        "peer/no-acknowledgement-yet": Advice(
            .peerChain, .peer, "The peer was asked: its chain has no acknowledgement yet.",
            "Nothing here; ask the peer's operators if it lasts."),
        "peer/acknowledgement-forgotten": Advice(
            .peer, .operators,
            "Its chain commits to an acknowledgement whose bytes nobody there knows any more.",
            "Ask the peer's operators for a node that keeps the history of that height."),
        "incoming/by-another-relayer": Advice(
            .nothing, .nobody, "Somebody else brought it to our chain.", "Nothing."),
        "timeout/not-reached": Advice(
            .peerChain, .peerChain, "The peer chain's time has not reached the deadline.", nothing),
        "ended/acknowledged": Advice(.nothing, .nobody, "It has ended well.", "Nothing."),
        "ended/delivered": Advice(.nothing, .nobody, "It has ended well.", "Nothing."),
        "ended/refused": Advice(
            .application, .nobody, "The destination's application refused it.",
            "Read the application's reason there; the sender was refunded."),
        "ended/timed-out": Advice(
            .message, .nobody, "It was not taken in time; the sender was refunded.",
            "Send anew if it is still wanted."),
        "ended/expired": Advice(
            .message, .nobody, "It was not taken in time; the source refunds.", "Nothing here."),
    ]

    /// Our own chain, its nodes and our account there.
    private static let chains: [String: Advice] = [
        "chain/header-awaited": Advice(
            .ourChain, .ourChain, "Its proof needs the next header of our chain.",
            "Nothing, while our chain makes blocks."),
        "chain/stalled": Advice(
            .ourChain, .ourChain, "Our chain makes no block although work waits for one.",
            "Call the people who run our chain's validators."),
        "chain/no-quorum": Advice(
            .ourChain, .ourChain, "Too few validators of our chain sign its next header.",
            "Call the people who run our chain's validators."),
        "chain/look-up": Advice(.ourChain, .us, "Our chain is asked how it stands.", nothing),
        "chain/not-taken-yet": Advice(
            .ourChain, .ourChain, "Our chain has not taken it yet.", nothing),
        "chain/gas": Advice(
            .ourChain, .us, "A transaction needed more gas than it had.", nothing),
        "chain/gap": Advice(
            .ourChain, .us, "A node left out blocks; they are read again.", nothing),
        "chain/blocks-pruned": Advice(
            .ourChain, .operators, "No node keeps the blocks that we have not read.",
            "Add a node that keeps more history."),
        "chain/blocks-lost": Advice(
            .ourChain, .us, "Blocks were passed over unread; the reconcile finds what was in them.",
            nothing),
        "transaction/pending": Advice(
            .ourChain, .ourChain, "It rides in a transaction whose outcome is not known.", nothing),
        "transaction/unknown": Advice(
            .ourChain, .us, "A transaction that carried it is in no block.", nothing),
        "transaction/expired": Advice(
            .ourChain, .us, "A transaction that carried it was in no block in time.", nothing),
        "account/settling": Advice(
            .ourChain, .ourChain, "Our account's sequence did not fit; it is settled first.",
            nothing),
        "account/shared": Advice(
            .us, .operators, "Somebody else signs with our relay's account.",
            "Give every relay an account of its own."),
        "hosted-client/not-active": Advice(
            .ourChain, .operators, "The peer's client on our chain is frozen or expired.",
            "Recover it by our chain's governance (MsgRecoverClient)."),
        "hosted-client/ageing": Advice(
            .peer, .us, "Less than a third of the trust of the client on our chain is left.",
            "It is refreshed as soon as its relay and our chain answer."),
        "hosted-client/unread": Advice(.ourChain, .us, "The client on our chain is read.", nothing),
        "hosted-client/header-awaited": Advice(
            .peer, .peer, "The client on our chain needs a header that is being fetched.", nothing),
        "hosted-client/no-base": Advice(
            .ourChain, .us, "The client on our chain has nothing trusted to build on.",
            "If it lasts: recover it by our chain's governance (MsgRecoverClient)."),
        "link/not-ready": Advice(
            .us, .us, "The clients of this link are still being made.", nothing),
        "link/wrong-counterparty": Advice(
            .people, .operators, "Our chain has registered another client than the peer names.",
            "Settle with the peer's operators which client is the right one."),
        "link/remote-client-changed": Advice(
            .people, .operators, "The peer names another client of ours than before.",
            "Settle with the peer's operators which client is the right one."),
        "link/created-client-unknown": Advice(
            .ourChain, .operators, "Our chain made a client and did not say which.",
            "Find it on our chain and set it as the route's local client."),
        "reconcile/unknown-commitment": Advice(
            .us, .us, "Our chain holds a packet that the store did not know; it was added.",
            nothing),
        "reconcile/gone-commitment": Advice(
            .us, .us, "Our chain has ended a packet that the store held open; it was ended.",
            nothing),
        "reconcile/ended-unknown": Advice(
            .ourChain, .operators, "A packet ended on our chain and no node says how.",
            "Read the chain's own record of it."),
    ]

    /// The other side's relay and chain.
    private static let peers: [String: Advice] = [
        "peer/chain-no-quorum": Advice(
            .peerChain, .peerChain, "Its relay says that too few validators sign its chain.",
            "Nothing to do here: call its operators."),
        "peer/chain-unreachable": Advice(
            .peerChain, .peerChain, "Its relay says that no node of its chain answers.",
            "Nothing to do here: call its operators."),
        "peer/not-told": Advice(
            .peer, .nobody, "Its relay does not tell how its chain stands.", "Nothing."),
        "peer/never-connected": Advice(
            .network, .peer, "Its relay was not reached since ours was started.",
            "Check its address in the topology, then call its operators."),
        "peer/lost": Advice(.network, .peer, "The connection to its relay was lost.", nothing),
        "peer/not-reachable": Advice(
            .network, .peer, "Its relay is not reached.",
            "Check the network, then call its operators."),
        "peer/topology-mismatch": Advice(
            .people, .operators, "Its topology is not the one that we have.",
            "Compare both topology files; one side must load the other's version."),
        "peer/protocol-version": Advice(
            .people, .operators, "It speaks another version of the peer protocol.",
            "Bring both relays to the same release."),
        "peer/clock-skew": Advice(
            .us, .operators, "Its clock and ours differ too much.",
            "Compare both clocks with a time server; mend the wrong one."),
        "peer/certificate-expiring": Advice(
            .certificate, .peer, "Its relay's certificate runs out.",
            "Tell its operators: once it has run out, no connection comes about."),
        "peer/busy": Advice(.peer, .peer, "Its relay asked us to come again later.", nothing),
        "peer/verifiers-busy": Advice(
            .us, .us, "All our verifiers are at work.",
            "Nothing; raise `verifier_threads` if it lasts."),
        "peer/not-yet": Advice(
            .peerChain, .peerChain, "Its chain has not reached the moment asked for.", nothing),
        "peer/bad-answer": Advice(
            .peer, .operators, "Its relay answers what is not in the protocol.",
            "Compare both relays' releases; report it."),
        "peer/stale-proof": Advice(.peer, .us, "A proof was too old; it is made anew.", nothing),
        "peer/unknown-chain": Advice(
            .people, .operators, "One side has no route to the other's chain.",
            "Compare both topology files."),
        "peer/contradicting-proofs": Advice(
            .peerChain, .operators, "Two proofs of the peer's chain contradict each other.",
            "Stop the route and call its operators: the chain may have forked."),
        "inbox/full": Advice(
            .ourChain, .ourChain, "Too many packets wait for the destination's chain already.",
            "Look why that chain takes them so slowly."),
        "route/paused": Advice(
            .people, .operators, "An operator paused the exchange with this peer.",
            "Resume it: `cityrelay peer resume`."),
        "queue/paused": Advice(
            .people, .operators, "An operator paused our queue towards this peer.",
            "Resume it: `cityrelay queue resume`."),
        "route/flowing": Advice(.nothing, .nobody, "Packets move.", "Nothing."),
        "route/idle": Advice(.nothing, .nobody, "Nothing waits on this route.", "Nothing."),
        "route/waiting": Advice(.nothing, .us, "Packets wait, and nothing holds them up.", nothing),
        "peer/well": Advice(.nothing, .nobody, "Its relay is connected and answers.", "Nothing."),
    ]

    /// Light clients, headers and proofs.
    private static let proofs: [String: Advice] = [
        "client/frozen": Advice(
            .peerChain, .operators, "Its chain signed two histories: nothing of it is believed.",
            "Call its operators. Only a new anchor in the manifest lets the client trust again."),
        "client/expired": Advice(
            .us, .operators, "Our client was not refreshed within the trusting period.",
            "Give it a new anchor by a manifest change."),
        "client/ageing": Advice(
            .peer, .us, "Less than a third of our client's trust is left.",
            "Refresh it now: `cityrelay client refresh`."),
        "client/active": Advice(.nothing, .nobody, "Our client is active.", "Nothing."),
        "client/no-anchor": Advice(
            .peer, .peer, "Our client has no first header yet.",
            "Nothing, once its relay is reached; else check the anchor in the topology."),
        "evidence/false": Advice(
            .peer, .operators, "A member accused a chain of what it did not do.",
            "Look at what it sent (`cityrelay client show`), and ask its operators."),
        "headers/disagree": Advice(
            .peerChain, .us, "Two members hold different headers of one height.",
            "The other shows its header; if both hold, the client is frozen."),
        "client/conflicting-header": Advice(
            .peerChain, .operators, "Two verified headers of one height differ: its chain forked.",
            "Keep the evidence and call its operators."),
        "client/time-not-increasing": Advice(
            .peerChain, .operators, "A verified header's time runs backwards.",
            "Keep the evidence and call its operators."),
        "client/header-unknown": Advice(
            .peer, .us, "A proof stands on a header that we do not have.", nothing),
        "client/no-trusted-state": Advice(
            .peer, .us, "A header builds on one that we do not trust.", nothing),
        "client/headers-not-fetched": Advice(
            .peer, .peer, "Its relay gave no headers.", nothing),
        "proof/invalid": Advice(
            .peer, .us, "A proof does not lead to its header; another is asked for.",
            "Nothing at first; if it lasts, call the peer's operators: a node of theirs lies."),
        "proof/height": Advice(.peer, .us, "A proof is for another height than it says.", nothing),
        "verify/no-client": Advice(
            .us, .us, "Our client of its chain is not made yet.", nothing),
    ]

    /// This process.
    private static let relay: [String: Advice] = [
        "job/no-answer": Advice(
            .us, .us, "A question was not answered in time; it is put again.", nothing),
        "job/proof": Advice(.ourChain, .ourChain, "Our chain is making its proof.", nothing),
        "job/call": Advice(.nothing, .peer, "It is on its way to the peer.", nothing),
        "job/question": Advice(.nothing, .peer, "The peer is asked for a proof.", nothing),
        "job/look-up": Advice(.ourChain, .ourChain, "Our chain is asked how it stands.", nothing),
        "queue/prove": Advice(.nothing, .us, "It waits for a proof of our chain.", nothing),
        "queue/deliver": Advice(.nothing, .us, "It waits for a call to the peer.", nothing),
        "queue/ask": Advice(.nothing, .us, "It waits for a question to the peer.", nothing),
        "queue/submit": Advice(.nothing, .us, "It waits for a transaction.", nothing),
        "queue/prove-acknowledgement": Advice(
            .nothing, .us, "Its acknowledgement waits for a proof.", nothing),
        "queue/acknowledge": Advice(
            .nothing, .us, "Its acknowledgement waits for a call.", nothing),
        "queue/look-up": Advice(.nothing, .us, "It waits to be looked up.", nothing),
        "open/waiting": Advice(.nothing, .us, "It waits.", nothing),
        "store/commit-failed": Advice(
            .us, .operators, "The store could not be written: nothing is decided until it can.",
            "Look at the disk: full, broken or read-only."),
        "store/halted": Advice(
            .us, .operators, "A commit failed with its outcome open: the relay ends in order.",
            "Mend the disk; when it is started again it reads back what is there."),
        "api/not-configured": Advice(
            .us, .operators, "The relay cannot be asked: its configuration has no `api` section.",
            "Add one, see CONFIGURATION.md; until then only the store is read."),
        "relay/not-running": Advice(
            .us, .operators, "The relay does not run: nothing moves.",
            "Start it: `systemctl start cityrelay`, or `cityrelay run`."),
    ]
}
