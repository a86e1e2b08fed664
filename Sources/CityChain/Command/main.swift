// SPDX-License-Identifier: Apache-2.0

import CityChain
import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
exit(CityChainCommand(arguments).run())
