//! What Vulkan says of a device and wgpu keeps to itself: float controls, driver version, optional capabilities of the shader compiler.
//!
//! An execution mode may be declared only where the driver reports it, and wgpu asks for none of the properties. So we ask the driver, through the physical device that
//! wgpu holds. Nothing is created, kept or changed.

#[cfg(not(target_vendor = "apple"))]
use ash::vk;

use crate::adapter::spirv::FloatModes;

/// What a device can do beyond wgpu's own features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// `driverVersion`, packed.
    pub driver_version: u32,
    /// SPIR-V 1.3 may be used (Vulkan 1.1).
    pub spirv_1_3: bool,
    /// Execution modes that may be declared.
    pub float_modes: FloatModes,
    /// `OpSDot` on packed bytes.
    pub packed_dot: bool,
    /// Invocations that the hardware runs as one vector, at most.
    pub lanes: u32,
    /// Workgroup memory is zeroed by the driver on demand.
    pub zeroes_workgroup_memory: bool,
}

/// wgpu has no Vulkan here.
#[cfg(target_vendor = "apple")]
pub(crate) fn ask(_adapter: &wgpu::Adapter) -> Facts {
    Facts::default()
}

/// Asks the driver. All is off for what is not Vulkan.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn ask(adapter: &wgpu::Adapter) -> Facts {
    // SAFETY: the guard gives shared access to wgpu's adapter, which outlives it; nothing reached through it is destroyed.
    let Some(hal) = (unsafe { adapter.as_hal::<wgpu::hal::api::Vulkan>() }) else {
        return Facts::default();
    };
    let capabilities = hal.physical_device_capabilities();
    let properties = capabilities.properties();
    let device_version = properties.api_version;
    let instance_version = hal.shared_instance().instance_api_version();
    let mut facts = Facts { driver_version: properties.driver_version, ..Facts::default() };
    // The queries below and SPIR-V 1.3 are core in Vulkan 1.1.
    if device_version < vk::API_VERSION_1_1 || instance_version < vk::API_VERSION_1_1 {
        return facts;
    }
    facts.spirv_1_3 = true;
    let has = |core: u32, name| device_version >= core || capabilities.supports_extension(name);
    let instance = hal.shared_instance().raw_instance();
    let device = hal.raw_physical_device();
    // Core in 1.2; below that wgpu does not enable the extension that the modes need.
    if device_version >= vk::API_VERSION_1_2 {
        let mut controls = vk::PhysicalDeviceFloatControlsProperties::default();
        let mut query = vk::PhysicalDeviceProperties2::default().push_next(&mut controls);
        // SAFETY: both versions are at least 1.1, so that the function exists; the chain holds a structure that 1.2 knows and lives until after the call.
        unsafe { instance.get_physical_device_properties2(device, &mut query) };
        facts.float_modes = modes(&controls);
    }
    if has(vk::API_VERSION_1_3, ash::khr::shader_integer_dot_product::NAME) {
        let mut dot = vk::PhysicalDeviceShaderIntegerDotProductFeatures::default();
        let mut query = vk::PhysicalDeviceFeatures2::default().push_next(&mut dot);
        // SAFETY: as above; the device knows the structure.
        unsafe { instance.get_physical_device_features2(device, &mut query) };
        facts.packed_dot = dot.shader_integer_dot_product == vk::TRUE;
    }
    if has(vk::API_VERSION_1_3, ash::khr::zero_initialize_workgroup_memory::NAME) {
        let mut zero = vk::PhysicalDeviceZeroInitializeWorkgroupMemoryFeatures::default();
        let mut query = vk::PhysicalDeviceFeatures2::default().push_next(&mut zero);
        // SAFETY: as above; the device knows the structure.
        unsafe { instance.get_physical_device_features2(device, &mut query) };
        facts.zeroes_workgroup_memory = zero.shader_zero_initialize_workgroup_memory == vk::TRUE;
    }
    facts
}

/// Modes for 32-bit floats that may be declared alone. Where a property says that all widths must agree, none is declared: the self-test decides what the driver does.
#[cfg(not(target_vendor = "apple"))]
fn modes(controls: &vk::PhysicalDeviceFloatControlsProperties<'_>) -> FloatModes {
    let alone = |independence| independence != vk::ShaderFloatControlsIndependence::NONE;
    FloatModes {
        round_to_nearest_even: controls.shader_rounding_mode_rte_float32 == vk::TRUE && alone(controls.rounding_mode_independence),
        keep_subnormals: controls.shader_denorm_preserve_float32 == vk::TRUE && alone(controls.denorm_behavior_independence),
        keep_zero_infinity_nan: controls.shader_signed_zero_inf_nan_preserve_float32 == vk::TRUE,
    }
}
