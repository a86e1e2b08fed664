// SPDX-License-Identifier: Apache-2.0

extension CommandTree {
    /// Every subcommand, in the order of help.
    package static let cityrelay: CommandTree = CommandTree(
        program: "cityrelay",
        summary: "cityrelay: one city's relay of the cross-city federation",
        commands: [
            RunCommand.command,
            ConfigCheckCommand.command,
            ConfigReferenceCommand.command,
            PacketListCommand.command,
            PacketShowCommand.command,
            ClientListCommand.command,
            ClientShowCommand.command,
            MemberInitCommand.command,
            MemberRequestCommand.command,
            MemberReviewCommand.command,
            MemberApproveCommand.command,
            MemberAssembleCommand.command,
            MemberRejectCommand.command,
            MemberListCommand.command,
            MemberShowCommand.command,
            MemberRotateCommand.command,
            MemberStatusCommand.suspend,
            MemberStatusCommand.resume,
            MemberStatusCommand.revoke,
            MemberLeaveCommand.command,
            CompletionsCommand.command,
            VersionCommand.command,
        ])
}
