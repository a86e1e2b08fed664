// SPDX-License-Identifier: Apache-2.0

extension CommandTree {
    /// Every subcommand, in the order of help.
    package static let cityrelay: CommandTree = CommandTree(
        program: "cityrelay",
        summary: "cityrelay: one city's relay of the cross-city federation",
        commands: [
            [RunCommand.command], operations, configuration, records, members, evidence, others,
        ].flatMap { $0 })

    /// For the engineer at three in the morning.
    private static let operations: [Command] = [
        [StatusCommand.command], WhyCommands.all,
        [
            QueueListing.list("queue", isDead: false), QueueListing.show("queue"),
            QueueTailCommand.command,
        ],
        ActionCommands.queue,
        [QueueListing.list("dead", isDead: true), QueueListing.show("dead")],
        ActionCommands.dead, ActionCommands.peer, [ConsoleLinkCommand.command],
    ].flatMap { $0 }

    private static let configuration: [Command] = [
        ConfigCheckCommand.command, ConfigReferenceCommand.command,
    ]

    private static let records: [Command] =
        [
            PacketListCommand.command, PacketShowCommand.command, PacketTraceCommand.command,
            ClientListCommand.command, ClientShowCommand.command,
        ] + ActionCommands.client

    private static let members: [Command] = [
        MemberInitCommand.command,
        MemberRehearseCommand.command,
        MemberRequestCommand.command,
        MemberReviewCommand.command,
        MemberApproveCommand.command,
        MemberAssembleCommand.command,
        MemberRejectCommand.command,
        MemberSubmitCommand.command,
        MemberRenewCommand.command,
        MemberListCommand.command,
        MemberShowCommand.command,
        MemberRotateCommand.command,
        MemberStatusCommand.suspend,
        MemberStatusCommand.resume,
        MemberStatusCommand.revoke,
        MemberRescueCommand.command,
        MemberQuorumCommand.command,
        MemberLeaveCommand.command,
        MemberDatesCommand.command,
    ]

    /// For clerks and auditors.
    private static let evidence: [Command] = [
        VerifyCommand.command, AuditListCommand.command, AuditProveCommand.command,
        AuditVerifyCommand.command, AuditOfficerCommand.command,
    ]

    private static let others: [Command] =
        CalendarCommands.all + [CompletionsCommand.command, VersionCommand.command]
}
