// SPDX-License-Identifier: Apache-2.0

import CoAPCommandLine

CommandLineTool.run(CoAPGetTool.self)
