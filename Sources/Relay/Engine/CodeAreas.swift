// SPDX-License-Identifier: Apache-2.0

extension CodeBook {
    /// Codes that others make: the longest prefix first.
    static let areas: [(prefix: String, advice: Advice)] = [
        (
            "transport/tls.",
            Advice(
                .certificate, .operators, "TLS with its relay failed over a certificate.",
                "Read the code's last word; compare both certificates' dates, names and key pins.")
        ),
        (
            "transport/",
            Advice(
                .network, .peer, "Its relay is not reached.",
                "Check the address and the network, then call its operators.")
        ),
        (
            "tls.",
            Advice(
                .certificate, .operators, "TLS failed: a certificate is not accepted.",
                "Compare both certificates' dates, names and key pins.")
        ),
        (
            "connector/",
            Advice(
                .ourChain, .ourChain, "A node of our chain gave no usable answer.",
                "Look at our chain's nodes; the next one is asked by itself.")
        ),
        (
            "node.",
            Advice(
                .ourChain, .ourChain, "No node of our chain gives a usable answer.",
                "Look at our chain's nodes.")
        ),
        (
            "verify/",
            Advice(
                .peer, .peer, "What its relay gave does not hold against our client.",
                "Nothing at first; if it lasts, call its operators.")
        ),
        (
            "header/",
            Advice(
                .peerChain, .peer, "A header of its chain does not verify.",
                "Nothing at first; if it lasts, call its operators.")
        ),
        (
            "commit/",
            Advice(
                .peerChain, .peer, "Signatures under a header of its chain do not verify.",
                "Call its operators if it lasts.")
        ),
        (
            "proof/",
            Advice(
                .peer, .us, "A proof does not hold; another is asked for.", nothing)
        ),
        (
            "client/",
            Advice(
                .peer, .us, "Our client could not take what it was given.", nothing)
        ),
        (
            "misbehaviour/",
            Advice(
                .peerChain, .operators, "A chain is proven to have misbehaved.",
                "Keep the evidence and call its operators.")
        ),
        (
            "evidence/",
            Advice(
                .peer, .nobody, "What a peer reported as misbehaviour proves nothing here.",
                "Nothing here; ask its operators why it reports so.")
        ),
        (
            "headers/",
            Advice(
                .peerChain, .us, "A peer holds another header than we do, or the same.", nothing)
        ),
        (
            "report/",
            Advice(
                .peer, .us, "A report to a peer was not taken; it is told again.", nothing)
        ),
        (
            "manifest/",
            Advice(
                .people, .operators, "The manifest of the federation's members is in question.",
                "Look at it: `cityrelay member list`; call the federation's authorities.")
        ),
        (
            "member/",
            Advice(
                .people, .operators, "The manifest says so about this member.",
                "Look at it: `cityrelay member list`.")
        ),
        (
            "hosted-client/",
            Advice(
                .ourChain, .us, "The peer's client on our chain could not be moved on.", nothing)
        ),
        (
            "link/",
            Advice(
                .us, .us, "The clients of the link are not in order yet.", nothing)
        ),
        (
            "chain/",
            Advice(
                .ourChain, .us, "Our chain refused the transaction that carried it.",
                "Read the chain's words; it is tried again, and parked if that does not help.")
        ),
        (
            "packet/",
            Advice(
                .message, .operators, "The packet itself is not in order.",
                "Report it to the maker of the sending application.")
        ),
        (
            "peer/",
            Advice(
                .peer, .peer, "Its relay refused the call.",
                "Read its words; call its operators if it lasts.")
        ),
        (
            "application/",
            Advice(
                .application, .operators, "The application refused it.",
                "Call the people who run the application.")
        ),
    ]
}
