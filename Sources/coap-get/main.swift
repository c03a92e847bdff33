// SPDX-License-Identifier: Apache-2.0

import CoAPCommandLine

await CommandLineTool.run(CoAPGetTool.self)
