# Reset of an RV32IMAC hart, and its traps. The RISC-V Instruction Set Manual, volume II, 3.1.7.

	.section .reset, "ax"
	.globl reset
reset:
	# Only one hart is used.
	csrr a0, mhartid
	bnez a0, rest
	.option push
	.option norelax
	la gp, __global_pointer$
	.option pop
	la sp, stack_top
	la a0, trap
	csrw mtvec, a0
	j board_start

	.balign 4
trap:
	# What happened may be that the stack is full: the handler starts on an empty one.
	la sp, stack_top
	csrr a0, mcause
	j board_trap

rest:
	wfi
	j rest
