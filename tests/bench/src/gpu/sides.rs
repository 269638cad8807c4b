//! What a kernel is run on: the CPU executor, and one adapter through plain wgpu and by every tier that it can open.

use anyhow::{Context, Result};
use assay_gpu::adapter::{self, Adapter, AdapterDevice, Opening, Plan, Tier};
use assay_gpu::cpu::CpuDevice;
use assay_gpu::raw::RawDevice;
use assay_gpu::{Device, DeviceError};
use serde_json::{Value, json};
