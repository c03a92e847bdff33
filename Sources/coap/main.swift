// SPDX-License-Identifier: Apache-2.0
import CoAPCommandLine

try await scratchBench()
